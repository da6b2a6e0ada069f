/** Defined tags that a compartment gives to what is made in it (docs.oracle.com, Managing Tag Defaults). */
import type { ProviderContext } from "../../plugin/resource.ts";
import type { Tags } from "../../world/oci.ts";
import { invalid } from "./refusals.ts";

/** The tag with this id, and its namespace. */
export function tagOf({ world }: ProviderContext, id: string) {
  for (const namespace of world.state.oci.tagNamespaces) {
    const tag = namespace.keys.find((each) => each.id === id);
    if (tag) return { tag, namespace };
  }
  return null;
}

/** `${iam.principal.name}` and the like. */
function filledIn(value: string, { world }: ProviderContext): string {
  return value
    .replaceAll("${iam.principal.name}", "sandbox")
    .replaceAll("${iam.principal.type}", "user")
    .replaceAll("${oci.datetime}", world.now());
}

/** A compartment with those that it lies in. */
function lineage(call: ProviderContext, id: string): readonly string[] {
  const above = call.world.state.oci.compartments.find((each) => each.id === id)?.compartmentId;
  return above === undefined ? [id] : [id, ...lineage(call, above)];
}

/**
 * Tags of what is made in a compartment, beside those that are said.
 *
 * @throws ServiceRefusal 400 where one has to be said and is not
 */
export function defaultTags(call: ProviderContext, service: string, compartmentId: string, said: Tags): Tags {
  const { tagDefaults } = call.world.state.oci;
  if (tagDefaults.length === 0) return {};
  const of = lineage(call, compartmentId);
  const entries = tagDefaults
    .filter((each) => of.includes(each.compartmentId))
    .flatMap(({ tagDefinitionId, value, isRequired }): [string, string][] => {
      const found = tagOf(call, tagDefinitionId);
      if (!found || found.tag.isRetired) return [];
      const name = `${found.namespace.name}.${found.tag.name}`;
      if (isRequired && !(name in said)) throw invalid(service, `The tag ${name} is required.`, "defined_tags");
      return isRequired ? [] : [[name, filledIn(value, call)]];
    });
  return Object.fromEntries(entries);
}
