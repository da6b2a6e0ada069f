/** Compute image capability schemas: what of Oracle's global schema an image allows. */
import type { Json } from "../plugin/resource.ts";
import type { CapabilitySchema } from "../world/oci.ts";
import { maybeText, text } from "./attributes.ts";
import { conflict, invalid } from "./refusals.ts";
import { defaultName, newObject, requireObject, stored } from "./stored.ts";

const SERVICE = "Core Compute Image Capability Schema";

function choice(values: readonly string[], value: string): Json {
  return { descriptorType: "enumstring", source: "GLOBAL", values, defaultValue: value };
}

/** Oracle's own schema, as far as a lab's images narrow it. */
export const GLOBAL_SCHEMA = {
  id: "ocid1.computeglobalimgcapschema.oc1..aaaaaaaasandbox",
  version: "0a5d2cbd-1d5f-4b4e-9e3f-7c1f0a3f6d11",
  timeCreated: "2023-05-01T00:00:00.000Z",
  data: {
    "Compute.Firmware": choice(["BIOS", "UEFI_64"], "UEFI_64"),
    "Compute.LaunchMode": choice(["NATIVE", "EMULATED", "PARAVIRTUALIZED", "CUSTOM"], "PARAVIRTUALIZED"),
    "Network.AttachmentType": choice(["VFIO", "PARAVIRTUALIZED", "E1000"], "PARAVIRTUALIZED"),
    "Storage.BootVolumeType": choice(["ISCSI", "PARAVIRTUALIZED", "SCSI", "IDE", "NVME"], "PARAVIRTUALIZED"),
    "Storage.RemoteDataVolumeType": choice(["ISCSI", "PARAVIRTUALIZED", "SCSI", "IDE", "NVME"], "PARAVIRTUALIZED"),
  },
};

/** Which capabilities there are is the global schema's; what they allow is kept as it came. */
function requireKnown(data: Json): Json {
  const names = typeof data === "object" && data !== null ? Object.keys(data) : [];
  const strange = names.find((name) => !Object.hasOwn(GLOBAL_SCHEMA.data, name));
  if (strange !== undefined)
    throw invalid(
      SERVICE,
      `schemaData has ${strange}; the global schema has ${Object.keys(GLOBAL_SCHEMA.data).join(", ")}.`,
      "schema_data",
    );
  return data;
}

export const capabilitySchema = stored<CapabilitySchema>({
  service: SERVICE,
  all: (tenancy) => tenancy.capabilitySchemas,
  attributes: (each) => ({ display_name: each.displayName, image_id: each.imageId, schema_data: each.schemaData }),
  create(call, planned) {
    const { images, capabilitySchemas } = call.world.state.oci;
    const { id } = requireObject(call, SERVICE, images, text(planned, "image_id"), "image_id");
    if (capabilitySchemas.some(({ imageId }) => imageId === id))
      throw conflict(SERVICE, `Image ${id} has a capability schema.`, "image_id");
    return {
      ...newObject(call, SERVICE, "computeimagecapabilityschema", planned),
      displayName: maybeText(planned, "display_name") ?? defaultName(call, "computeimagecapabilityschema"),
      imageId: id,
      globalVersionName: text(planned, "compute_global_image_capability_schema_version_name"),
      schemaData: requireKnown(planned.schema_data ?? {}),
    };
  },
  update(_call, record, planned) {
    record.schemaData = requireKnown(planned.schema_data ?? record.schemaData);
    record.displayName = maybeText(planned, "display_name") ?? record.displayName;
  },
});
