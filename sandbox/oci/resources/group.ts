/** Groups of users. */
import { z } from "zod";
import { nameTaken, sameName } from "../model/identity-domain.ts";
import { OF_IDENTITY, type Resource, text, type Stored } from "../kernel/resource.ts";
import { conflict } from "../model/refusals.ts";

const SERVICE = "Identity Group";

// A description has to be said, and may be empty (oracle/oci-go-sdk v65, identity).
const body = z.object({ name: text, description: z.string() });

declare module "../../world/oci.ts" {
  interface OciTenancy {
    groups: Stored<z.output<typeof body>>[];
  }
}

/** Users are put into it by memberships. */
export const group: Resource<z.output<typeof body>> = {
  type: "oci_identity_group",
  service: SERVICE,
  path: "/20160918/groups",
  idType: "group",
  home: "root",
  ...OF_IDENTITY,
  body,
  fixed: ["name"],
  without: ["move"],
  all: (tenancy) => tenancy.groups,
  check({ name }, { call, before }) {
    const others = call.world.state.oci.groups.filter((other) => other.id !== before?.id);
    if (others.some((other) => sameName(other.name, name))) throw nameTaken("Group", "displayName");
  },
  remove({ id, name }, call) {
    const members = call.world.state.oci.memberships.filter(({ groupId }) => groupId === id).length;
    if (members > 0) throw conflict(SERVICE, `The group ${name} is not empty: it has ${members} user(s).`);
  },
  computed: () => ({ inactiveStatus: null }),
};
