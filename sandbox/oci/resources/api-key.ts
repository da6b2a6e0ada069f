/** API keys of users. They sign no calls here: the account's own does. */
import { createPublicKey } from "node:crypto";
import { z } from "zod";
import type { Part } from "../kernel/part.ts";
import { text } from "../kernel/resource.ts";
import { fingerprintOf } from "../model/account.ts";
import { invalid, limitExceeded } from "../model/refusals.ts";
import { user, type UserBody } from "./user.ts";

const SERVICE = "Identity Api Key";

/** Of a user (docs.oracle.com, Managing User Credentials). */
const MOST = 3;

const body = z.object({ fingerprint: text, keyValue: text, timeCreated: text });

/** A key, as its user keeps it. */
export type UserApiKey = z.output<typeof body>;

/** @throws ServiceRefusal 400 for what is no RSA key in PEM */
function fingerprint(pem: string): string {
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === "rsa") return fingerprintOf(key);
  } catch {
    // Refused below.
  }
  throw invalid(SERVICE, "key is no RSA public key in PEM.", "key_value");
}

/** Called by its fingerprint. */
export const apiKey: Part<UserBody, UserApiKey> = {
  type: "oci_identity_api_key",
  service: SERVICE,
  idType: "apikey",
  parent: user,
  path: "apiKeys",
  place: { id: "user_id" },
  key: "fingerprint",
  state: "ACTIVE",
  without: ["get", "update"],
  body,
  readOnly: ["fingerprint", "timeCreated"],
  all: ({ apiKeys }) => apiKeys,
  prepare: ({ key = null, ...said }, { call, parent, before }) => {
    if (!before && parent.apiKeys.length >= MOST) throw limitExceeded(SERVICE, [`API keys of a user (limit ${MOST})`]);
    const keyValue = String(key);
    return { ...said, keyValue, fingerprint: fingerprint(keyValue), timeCreated: call.world.now() };
  },
  inventoryName: () => null,
  computed: ({ fingerprint: of }, { id, compartmentId }) => ({
    keyId: `${compartmentId}/${id}/${of}`,
    userId: id,
    inactiveStatus: null,
  }),
};
