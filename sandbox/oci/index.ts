/** The sandbox's OCI tenancy: Terraform's resource types, what exists, and what people are told of it. */
import replacement from "../../providers/oci/replacement.json" with { type: "json" };
import type { Json, Provider, ResourceType } from "../plugin/resource.ts";
import type { Account, OciTenancy } from "../world/oci.ts";
import { globalCapabilitySchemasData } from "./global-capability-schema.ts";
import { availabilityDomainsData, imagesData, namespaceData } from "./data-sources.ts";
import { partType } from "./kernel/part-terraform.ts";
import { terraformType } from "./kernel/terraform.ts";
import { globalId } from "./regions.ts";
import { declarations, parts, RESOURCES } from "./resources/index.ts";

export { ociInventory } from "./inventory.ts";
export { ociOverview, type OciOverview } from "./overview.ts";

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

/** What the world keeps of what is declared. */
type Records = {
  -readonly [Name in keyof typeof RESOURCES]: ReturnType<(typeof RESOURCES)[Name]["all"]>;
};

function hasLists(lists: Readonly<Record<string, unknown>>): lists is Records {
  return Object.keys(RESOURCES).every((name) => Array.isArray(lists[name]));
}

/** A list for every resource that is declared. */
function emptyLists(): Records {
  const lists = Object.fromEntries(Object.keys(RESOURCES).map((name) => [name, []]));
  if (!hasLists(lists)) throw new Error("a list is missing");
  return lists;
}

/** A tenancy with nothing in it. */
export function emptyOci(account: Account, random: (length: number) => string): OciTenancy {
  return {
    tenancyId: globalId("tenancy", random),
    homeRegion: null,
    adPrefix: "Uocm",
    account,
    namespace: `fr${random(10)}`,
    deletedCompartments: [],
    preservedBootVolumes: [],
    buckets: [],
    apiKey: null,
    ...emptyLists(),
  };
}
