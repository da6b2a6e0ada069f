/** Tag namespaces: what defined tags are named in. */
import { z } from "zod";
import { flag, type Resource, type Stored, text } from "../kernel/resource.ts";
import { needed } from "../model/query.ts";
import { isWithin, requireCompartment } from "../model/records.ts";
import { conflict, invalid, ServiceRefusal } from "../model/refusals.ts";
import type { Tag } from "./tag.ts";

const SERVICE = "Identity Tag Namespace";

const body = z.object({
  name: text,
  description: text,
  isRetired: flag.default(false),
  keys: z.array(z.custom<Tag>()).default([]),
});

/** A namespace with its tags. */
export type TagNamespaceBody = z.output<typeof body>;

/** Names of namespaces and of tags (docs.oracle.com, Tags and Tag Namespace Concepts). */
export function requireTagName(service: string, name: string): void {
  if (name.length > 100 || !/^[^\s.]+$/.test(name))
    throw invalid(service, `name ${name} is not valid: 100 characters at most, no spaces and no periods.`, "name");
}

declare module "../../world/oci.ts" {
  interface OciTenancy {
    tagNamespaces: Stored<TagNamespaceBody>[];
  }
}

/** Goes once it is empty. */
export const tagNamespace: Resource<TagNamespaceBody> = {
  type: "oci_identity_tag_namespace",
  service: SERVICE,
  path: "/20160918/tagNamespaces",
  idType: "tagnamespace",
  home: true,
  state: "ACTIVE",
  states: { creating: "CREATING", deleting: "DELETING", deleted: "DELETED" },
  body,
  fixed: ["name"],
  readOnly: ["keys"],
  hidden: ["keys"],
  all: (tenancy) => tenancy.tagNamespaces,
  selected(query, call) {
    const compartmentId = requireCompartment(call, SERVICE, needed(query, "compartmentId"));
    const below = query.get("includeSubcompartments") === "true";
    return call.world.state.oci.tagNamespaces.filter((each) =>
      below ? isWithin(call, compartmentId, each.compartmentId) : each.compartmentId === compartmentId,
    );
  },
  check({ name }, { call, before }) {
    requireTagName(SERVICE, name);
    const others = call.world.state.oci.tagNamespaces.filter(({ id }) => id !== before?.id);
    if (others.some((other) => other.name.toLowerCase() === name.toLowerCase()))
      throw new ServiceRefusal(409, "TagNamespaceAlreadyExists", `TagNamespace '${name}' already exists`, "", "name");
  },
  // What retires a namespace retires its tags.
  changed({ keys }, { isRetired }) {
    if (isRetired) for (const tag of keys) tag.isRetired = true;
  },
  remove({ id, keys }) {
    if (keys.length > 0) throw conflict(SERVICE, `The tag namespace ${id} has tags: ${keys.map((tag) => tag.name)}.`);
  },
  computed: ({ isRetired }) => ({ lifecycleState: isRetired ? "INACTIVE" : "ACTIVE", locks: [] }),
};
