/** Tags: the keys that defined tags may have in a namespace. */
import { z } from "zod";
import { isObject } from "../model/attributes.ts";
import { flatTags, nestedTags } from "../model/fields.ts";
import { invalid, ServiceRefusal } from "../model/refusals.ts";
import { globalId } from "../model/regions.ts";
import type { Part } from "../kernel/part.ts";
import { flag, kept, tags, text } from "../kernel/resource.ts";
import { requireTagName, type TagNamespaceBody, tagNamespace } from "./tag-namespace.ts";

const SERVICE = "Identity Tag";

/** Oracle's page on limits of tags: ten for cost tracking in a tenancy. */
const MOST_COST_TRACKING = 10;

const body = z.object({
  id: text,
  name: text,
  description: text,
  isRetired: flag.default(false),
  isCostTracking: flag.default(false),
  validator: kept,
  freeformTags: tags,
  definedTags: tags,
  timeCreated: text,
});

/** A tag, as its namespace keeps it. */
export type Tag = z.output<typeof body>;

/** Called by its name; it goes once it is retired. */
export const tag: Part<TagNamespaceBody, Tag> = {
  type: "oci_identity_tag",
  service: SERVICE,
  idType: "tagdefinition",
  parent: tagNamespace,
  path: "tags",
  place: { id: "tag_namespace_id" },
  key: "name",
  body,
  fixed: ["name"],
  readOnly: ["id", "timeCreated"],
  all: ({ keys }) => keys,
  prepare: ({ definedTags = null, ...said }, { call, before }) => ({
    id: globalId("tagdefinition", call.world.random),
    timeCreated: call.world.now(),
    ...before,
    ...said,
    ...(isObject(definedTags) && { definedTags: flatTags("definedTags", definedTags) }),
  }),
  check({ name, isCostTracking, validator }, { call, parent, before }) {
    requireTagName(SERVICE, name);
    if (!before && parent.keys.some((other) => other.name.toLowerCase() === name.toLowerCase()))
      throw new ServiceRefusal(409, "TagDefinitionAlreadyExists", `TagDefinition '${name}' already exists`, "", "name");
    const tracking = call.world.state.oci.tagNamespaces
      .flatMap(({ keys }) => keys)
      .filter((other) => other.isCostTracking && other.id !== before?.id);
    if (isCostTracking && tracking.length >= MOST_COST_TRACKING)
      throw invalid(SERVICE, `A tenancy has ${MOST_COST_TRACKING} cost-tracking tags at most.`, "is_cost_tracking");
    if (isObject(validator) && validator.validatorType === "ENUM" && !Array.isArray(validator.values))
      throw invalid(SERVICE, "validator of type ENUM has no values.", "validator");
  },
  remove({ name, isRetired }) {
    if (!isRetired) throw new ServiceRefusal(409, "IncorrectState", `The tag ${name} is not retired.`, "");
  },
  computed: ({ definedTags, isRetired, validator }, { id, name, compartmentId }) => ({
    compartmentId,
    tagNamespaceId: id,
    tagNamespaceName: name,
    lifecycleState: isRetired ? "INACTIVE" : "ACTIVE",
    definedTags: nestedTags(definedTags),
    // Without one, any value will do, and none is shown.
    validator: isObject(validator) && validator.validatorType === "ENUM" ? validator : null,
  }),
};
