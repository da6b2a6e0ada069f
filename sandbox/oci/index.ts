/** The sandbox's OCI tenancy: Terraform's resource types, what exists, and what people are told of it. */
import replacement from "../../providers/oci/replacement.json" with { type: "json" };
import type { Attributes, Call, Json, Provider, ResourceType } from "../plugin/resource.ts";
import type { Account, OciTenancy } from "../world/oci.ts";
import { globalCapabilitySchemasData } from "./global-capability-schema.ts";
import { availabilityDomainsData, imagesData, namespaceData } from "./data-sources.ts";
import { extendedMetadataSent, extendedMetadataTold } from "./extended-metadata.ts";
import { instance } from "./instance.ts";
import { partType } from "./kernel/part-terraform.ts";
import { terraformType } from "./kernel/terraform.ts";
import { globalId } from "./regions.ts";
import { refuseNotPlayed, remember, withRemembered } from "./remembered.ts";
import { declarations, parts, RESOURCES } from "./resources/index.ts";

export { ociInventory } from "./inventory.ts";
export { ociOverview, type OciOverview } from "./overview.ts";

/** What is made by rules of its own. */
const byRules: Readonly<Record<string, ResourceType>> = {
  oci_core_instance: instance,
};

const rules: Readonly<Record<string, { force_new: string[]; defaults?: Readonly<Record<string, Json>> }>> = replacement;

/** The arguments that the type's own rules do not know, as the API's door takes them. */
function remembering(name: string, type: ResourceType): ResourceType {
  const told = (call: Call, found: Attributes | null): Attributes | null =>
    found &&
    extendedMetadataTold(withRemembered(call.world.state.oci, String(found.id), found, (attribute) => attribute));
  const { update, importState } = type;
  return {
    ...type,
    async create(call, planned) {
      refuseNotPlayed(name, planned);
      const made = await type.create(call, planned);
      remember(call.world.state.oci, name, String(made.id), extendedMetadataSent(planned));
      return told(call, made) ?? made;
    },
    read: (call, state) => told(call, type.read(call, state)),
    ...(update && {
      async update(call, prior, planned) {
        refuseNotPlayed(name, planned, prior);
        const changed = await update(call, prior, planned);
        const [sent, before] = [extendedMetadataSent(planned), extendedMetadataSent(prior)];
        remember(call.world.state.oci, name, String(prior.id), sent, before);
        return told(call, { ...changed, id: prior.id ?? null }) ?? changed;
      },
    }),
    async delete(call, state) {
      await type.delete(call, state);
      delete call.world.state.oci.remembered[String(state.id)];
    },
    ...(importState && { importState: (call, id) => told(call, importState(call, id)) }),
  };
}

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
const others = Object.entries(byRules).map(([name, type]): [string, ResourceType] => [name, remembering(name, type)]);

export const ociProvider: Provider = {
  source: "oracle/oci",
  resources: Object.fromEntries([...declared, ...ofThese, ...others].map(asTheRealOne)),
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
    instances: [],
    preservedBootVolumes: [],
    vnicAttachments: [],
    buckets: [],
    apiKey: null,
    ...emptyLists(),
    remembered: {},
  };
}
