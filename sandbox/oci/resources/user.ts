/** Users. The account's own, whose key signs the calls, is one that nobody made. */
import { z } from "zod";
import type { ProviderContext } from "../../plugin/resource.ts";
import { domainRefusal, nameTaken, sameName } from "../model/identity-domain.ts";
import { OF_IDENTITY, type Resource, type Stored, text } from "../kernel/resource.ts";
import type { UserApiKey } from "./api-key.ts";
import { conflict } from "../model/refusals.ts";

const SERVICE = "Identity User";

const capability = z.boolean().default(true);

/** What a user may sign in with: all of it, until somebody takes it away. */
export const capabilities = z.object({
  canUseConsolePassword: capability,
  canUseApiKeys: capability,
  canUseAuthTokens: capability,
  canUseSmtpCredentials: capability,
  canUseDbCredentials: capability,
  canUseCustomerSecretKeys: capability,
  canUseOAuth2ClientCredentials: capability,
});

const body = z.object({
  // As CreateUser documents it (oracle/oci-go-sdk v65, identity).
  name: text.regex(/^[\w.+@-]+$/, "letters, numerals, hyphens, periods, underscores, + and @"),
  description: z.string(),
  email: text,
  apiKeys: z.array(z.custom<UserApiKey>()).default([]),
  capabilities: capabilities.prefault({}),
});

/** What a user has of its own. */
export type UserBody = z.output<typeof body>;

/** Whoever the sandbox's API key belongs to; nobody before there is a key. */
export function ownUser(call: ProviderContext): readonly Stored<z.output<typeof body>>[] {
  const { apiKey, tenancyId } = call.world.state.oci;
  if (apiKey === null) return [];
  return [
    {
      id: apiKey.userId,
      compartmentId: tenancyId,
      region: "",
      timeCreated: "2026-01-01T00:00:00.000Z",
      freeformTags: {},
      definedTags: {},
      name: "sandbox",
      description: "Who the sandbox's API key belongs to",
      email: "sandbox@example.com",
      apiKeys: [],
      capabilities: capabilities.parse({}),
    },
  ];
}

declare module "../../world/oci.ts" {
  interface OciTenancy {
    users: Stored<z.output<typeof body>>[];
  }
}

/** Beside the account's own, which is listed with them. */
export const user: Resource<z.output<typeof body>> = {
  type: "oci_identity_user",
  service: SERVICE,
  path: "/20160918/users",
  idType: "user",
  home: "root",
  ...OF_IDENTITY,
  body,
  fixed: ["name"],
  readOnly: ["apiKeys", "capabilities"],
  hidden: ["apiKeys"],
  without: ["move"],
  all: (tenancy) => tenancy.users,
  unmade: ownUser,
  prepare(said, { before }) {
    if (!before && !said.email)
      throw domainRefusal(
        400,
        "Post",
        "The primary email must be specified.",
        "error.identity.user.primaryEmailNotSpecified",
        "email",
      );
    return said;
  },
  check({ name, email }, { call, before }) {
    const others = [...call.world.state.oci.users, ...ownUser(call)].filter(({ id }) => id !== before?.id);
    if (others.some((other) => sameName(other.name, name))) throw nameTaken("User", "userName");
    // An identity domain has every email once.
    if (others.some((other) => sameName(other.email, email)))
      throw conflict(SERVICE, `The email ${email} is another user's.`, "email");
  },
  remove({ id, name }, call) {
    const { groups, memberships } = call.world.state.oci;
    const of = memberships.filter(({ userId }) => userId === id).map(({ groupId }) => groupId);
    const names = groups.filter((each) => of.includes(each.id)).map((each) => `Group ${each.name}`);
    // In the domain's words (oracle/terraform-provider-oci#2050).
    if (names.length > 0)
      throw conflict(SERVICE, `unable to delete User '${name}' since it is currently referenced by ${names.join(",")}`);
  },
  computed: () => ({ emailVerified: false, isMfaActivated: false, inactiveStatus: null }),
};
