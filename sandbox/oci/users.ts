/** Users. The account's own, whose key signs the calls, is one that nobody made. */
import type { Attributes, Call } from "../plugin/resource.ts";
import type { User } from "../world/oci-iam.ts";
import { maybeText, text } from "./attributes.ts";
import { requireHomeRegion, requireRoot } from "./home-region.ts";
import { described, domainRefusal, nameTaken, sameName } from "./identity-domain.ts";
import { conflict, invalid } from "./refusals.ts";
import { newObject, stored } from "./stored.ts";

const USER = "Identity User";

/** Whoever the sandbox's API key belongs to; null before there is a key. */
export function ownUser(call: Call): User | null {
  const { apiKey, tenancyId } = call.world.state.oci;
  return (
    apiKey && {
      id: apiKey.userId,
      compartmentId: tenancyId,
      region: "",
      timeCreated: "2026-01-01T00:00:00.000Z",
      freeformTags: {},
      definedTags: {},
      name: "sandbox",
      description: "Who the sandbox's API key belongs to",
      email: "sandbox@example.com",
    }
  );
}

export function userNamed(call: Call, id: string): User | null {
  return [...call.world.state.oci.users, ownUser(call)].find((user) => user?.id === id) ?? null;
}

/** As CreateUser documents it (oracle/oci-go-sdk v65, identity). */
function requireName(planned: Attributes): string {
  const name = text(planned, "name");
  if (/^[\w.+@-]+$/.test(name)) return name;
  throw invalid(USER, `name ${name} is not valid: letters, numerals, hyphens, periods, underscores, + and @.`, "name");
}

/** An identity domain wants one of every user, and every one once. */
function requireEmail(call: Call, planned: Attributes, self: string | null): string {
  const email = maybeText(planned, "email");
  if (email === null)
    throw domainRefusal(
      400,
      "Post",
      "The primary email must be specified.",
      "error.identity.user.primaryEmailNotSpecified",
      "email",
    );
  const { users } = call.world.state.oci;
  if ([...users, ownUser(call)].some((other) => other && other.id !== self && sameName(other.email, email)))
    throw conflict(USER, `The email ${email} is another user's.`, "email");
  return email;
}

export const user = stored<User>({
  service: USER,
  all: (tenancy) => tenancy.users,
  attributes: ({ description, email, name }) => ({
    capabilities: [],
    db_user_name: null,
    description,
    email,
    email_verified: false,
    external_identifier: null,
    identity_provider_id: null,
    inactive_state: null,
    last_successful_login_time: null,
    name,
    previous_successful_login_time: null,
    state: "ACTIVE",
  }),
  create(call, planned) {
    requireHomeRegion(call, USER);
    requireRoot(call, USER, planned);
    const name = requireName(planned);
    if ([...call.world.state.oci.users, ownUser(call)].some((other) => other && sameName(other.name, name)))
      throw nameTaken("User", "userName");
    const email = requireEmail(call, planned, null);
    return { ...newObject(call, USER, "user", planned, "global"), name, description: described(planned), email };
  },
  update(call, record, planned) {
    requireHomeRegion(call, USER);
    const email = requireEmail(call, planned, record.id);
    record.email = email;
    record.description = described(planned);
  },
  remove(call, record) {
    requireHomeRegion(call, USER);
    const { groups, memberships } = call.world.state.oci;
    const of = memberships.filter(({ userId }) => userId === record.id).map(({ groupId }) => groupId);
    const names = groups.filter(({ id }) => of.includes(id)).map(({ name }) => `Group ${name}`);
    // In the domain's words (oracle/terraform-provider-oci#2050).
    if (names.length > 0)
      throw conflict(
        USER,
        `unable to delete User '${record.name}' since it is currently referenced by ${names.join(",")}`,
      );
  },
});
