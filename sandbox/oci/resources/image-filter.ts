/** Launches that name no image, but what it has to be. */
import { z } from "zod";
import type { Attributes, ProviderContext } from "../../plugin/resource.ts";
import { parsed } from "../kernel/operations.ts";
import { maybeText, text } from "../kernel/resource.ts";
import { flatTags } from "../model/fields.ts";
import { requireCompartment } from "../model/records.ts";
import { invalid } from "../model/refusals.ts";
import { bootShapes, imagesIn } from "./image.ts";

const SERVICE = "Core Instance";

/** oracle/oci-go-sdk v65, core/instance_source_image_filter_details.go. */
const imageFilter = z.object({
  compartmentId: text,
  operatingSystem: maybeText,
  operatingSystemVersion: maybeText,
  definedTagsFilter: z.record(z.string(), z.json()).nullish(),
});

/** The newest image of a compartment, or of Oracle's, that is so. @throws ServiceRefusal 400 where none is */
export function imageByFilter(call: ProviderContext, given: Attributes, shape: string): string {
  const filter = parsed(SERVICE, imageFilter, given);
  const { operatingSystem, operatingSystemVersion, definedTagsFilter } = filter;
  const tags = Object.entries(flatTags("definedTagsFilter", definedTagsFilter ?? {}));
  const [newest] = imagesIn(call, requireCompartment(call, SERVICE, filter.compartmentId))
    .filter((each) => bootShapes(each).includes(shape))
    .filter((each) => operatingSystem === null || each.operatingSystem === operatingSystem)
    .filter((each) => operatingSystemVersion === null || each.operatingSystemVersion === operatingSystemVersion)
    .filter((each) => tags.every(([key, value]) => each.definedTags[key] === value))
    .toSorted((a, b) => b.timeCreated.localeCompare(a.timeCreated));
  if (newest) return newest.id;
  const at = "source_details.instance_source_image_filter_details";
  throw invalid(SERVICE, `No image for ${shape} matches instanceSourceImageFilterDetails.`, at);
}
