/** What an instance of a custom image is launched with. */
import { z } from "zod";
import type { Call } from "../plugin/resource.ts";
import type { Image } from "../world/oci.ts";
import { firmware } from "./image.ts";

const capability = z.object({ "Compute.Firmware": z.object({ defaultValue: z.string() }) });

/** `UEFI_64` or `BIOS`: the image's capability schema weighs more than how it was imported. */
export function launchFirmware({ world }: Call, image: Image): string {
  const schema = world.state.oci.capabilitySchemas.find(({ imageId }) => imageId === image.id);
  const allowed = capability.safeParse(schema?.schemaData);
  return allowed.success ? allowed.data["Compute.Firmware"].defaultValue : firmware(image);
}
