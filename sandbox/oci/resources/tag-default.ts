/** Tag defaults: defined tags that everything new in a compartment, and in those below it, gets by itself. */
import { z } from "zod";
import { flag, type Resource, type Stored, text } from "../kernel/resource.ts";
import { conflict, invalid, notFound } from "../model/refusals.ts";
import { tagOf } from "../model/default-tags.ts";

const SERVICE = "Identity Tag Default";

const body = z.object({ tagDefinitionId: text, value: z.string(), isRequired: flag.default(false) });

declare module "../../world/oci.ts" {
  interface OciTenancy {
    tagDefaults: Stored<z.output<typeof body>>[];
  }
}

/** One for each tag of a compartment. */
export const tagDefault: Resource<z.output<typeof body>> = {
  type: "oci_identity_tag_default",
  service: SERVICE,
  path: "/20160918/tagDefaults",
  idType: "tagdefault",
  home: true,
  // It is there or it is not (oracle/oci-go-sdk v65, TagDefaultLifecycleStateEnum).
  state: "ACTIVE",
  body,
  fixed: ["tagDefinitionId"],
  without: ["move"],
  all: (tenancy) => tenancy.tagDefaults,
  selected(query, call) {
    const [compartmentId, tagDefinitionId] = [query.get("compartmentId"), query.get("tagDefinitionId")];
    return call.world.state.oci.tagDefaults.filter(
      (each) =>
        (!compartmentId || each.compartmentId === compartmentId) &&
        (!tagDefinitionId || each.tagDefinitionId === tagDefinitionId),
    );
  },
  check({ compartmentId, tagDefinitionId }, { call, before }) {
    const found = tagOf(call, tagDefinitionId);
    if (!found) throw notFound(SERVICE, tagDefinitionId, "tag_definition_id");
    if (!before && found.tag.isRetired) throw invalid(SERVICE, `The tag ${found.tag.name} is retired.`);
    const same = (other: { compartmentId: string; tagDefinitionId: string; id: string }): boolean =>
      other.compartmentId === compartmentId && other.tagDefinitionId === tagDefinitionId && other.id !== before?.id;
    if (call.world.state.oci.tagDefaults.some(same))
      throw conflict(SERVICE, `The compartment ${compartmentId} has a default of this tag already.`);
  },
  inventoryName: ({ value }) => value,
  computed({ tagDefinitionId }, { tagNamespaces }) {
    const namespace = tagNamespaces.find(({ keys }) => keys.some(({ id }) => id === tagDefinitionId));
    return {
      tagNamespaceId: namespace?.id ?? null,
      tagDefinitionName: namespace?.keys.find(({ id }) => id === tagDefinitionId)?.name ?? null,
      locks: [],
    };
  },
};
