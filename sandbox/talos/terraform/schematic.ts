import { z } from "zod";
import type { Attributes, ResourceType } from "../../plugin/resource.ts";
import { schematicId } from "../model/image-factory.ts";
import { optionalText, refusing } from "./attributes.ts";

const schema = z.object({ schematic: optionalText });

function idOf(planned: Attributes): string {
  const { schematic } = schema.parse(planned);
  return refusing("failed to unmarshal schematic", "schematic", () => schematicId(schematic ?? ""));
}

/** `talos_image_factory_schematic`: the factory keeps every schematic for ever, so nothing is read or deleted. */
export const schematic: ResourceType = {
  changesOnUpdate: ["id"],
  create: (_call, planned) => ({ id: idOf(planned) }),
  read: () => ({}),
  update: (_call, _prior, planned) => ({ id: idOf(planned) }),
  delete() {},
};
