/** The provider as the stand-in plays it: the types that the stacks have, of all that is declared. */
import replacement from "../../../providers/oci/replacement.json" with { type: "json" };
import type { Json, Provider, ResourceType } from "../../plugin/resource.ts";
import { partType } from "../kernel/part-terraform.ts";
import { terraformType } from "../kernel/terraform.ts";
import { declarations, parts } from "../resources/index.ts";
import { availabilityDomainsData, globalCapabilitySchemasData, imagesData, namespaceData } from "./data-sources.ts";

const rules: Readonly<Record<string, { force_new: string[]; defaults?: Readonly<Record<string, Json>> }>> = replacement;

/** What replaces a resource and what has a default is the real provider's: `providers/oci/replacement.json`. */
function asTheRealOne([name, type]: readonly [string, ResourceType]): [string, ResourceType] {
  const rule = rules[name];
  if (!rule) throw new Error(`providers/oci/replacement.json has no ${name}`);
  return [name, { ...type, forceNew: rule.force_new, defaults: rule.defaults ?? {}, zeroIsUnset: true }];
}

/** Those that the stacks have: the API has more. */
const declared = declarations
  .filter(({ type }) => type in rules)
  .map((each): [string, ResourceType] => [each.type, terraformType(each)]);
const ofThese = parts
  .filter(({ type }) => type in rules)
  .map((each): [string, ResourceType] => [each.type, partType(each)]);

/** oracle/oci, on the world. */
export const ociProvider: Provider = {
  source: "oracle/oci",
  resources: Object.fromEntries([...declared, ...ofThese].map(asTheRealOne)),
  dataSources: {
    oci_core_compute_global_image_capability_schemas: globalCapabilitySchemasData,
    oci_core_images: imagesData,
    oci_identity_availability_domains: availabilityDomainsData,
    oci_objectstorage_namespace: namespaceData,
  },
};
