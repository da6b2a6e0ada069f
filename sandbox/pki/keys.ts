/** Private keys in the PEM forms that Talos writes, and the RSA key that takes a while to find. */
import { createPrivateKey, generateKeyPair, generateKeyPairSync, type KeyObject } from "node:crypto";
import { promisify } from "node:util";

/** Talos names the key type in the PEM label, also where the DER inside is plain PKCS #8. */
const ed25519Label = "ED25519 PRIVATE KEY";

/** The kinds of keys that Talos makes for its authorities. */
export type CurveName = "ed25519" | "p256";

/** A new private key. */
export function newKey(curve: CurveName): KeyObject {
  return curve === "ed25519"
    ? generateKeyPairSync("ed25519").privateKey
    : generateKeyPairSync("ec", { namedCurve: "prime256v1" }).privateKey;
}

/** Lines of 64 characters, as Go writes them. */
export function pem(label: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

/** A private key as PEM, by its kind. */
export function keyPem(key: KeyObject): string {
  switch (key.asymmetricKeyType) {
    case "ed25519":
      return pem(ed25519Label, key.export({ format: "der", type: "pkcs8" }));
    case "ec":
      return pem("EC PRIVATE KEY", key.export({ format: "der", type: "sec1" }));
    default:
      return pem("RSA PRIVATE KEY", key.export({ format: "der", type: "pkcs1" }));
  }
}

/** Throws where the text is no private key. */
export function readKey(text: string): KeyObject {
  return createPrivateKey(text.replaceAll(ed25519Label, "PRIVATE KEY"));
}

const generateRsa = promisify(generateKeyPair);
let prepared: Promise<KeyObject> | null = null;

/**
 * Starts looking for the next 4096-bit key, on a thread of its own. It takes 0.1 to 2 s of CPU, 0.35 s in the median
 * (measured, 21 keys): begun when secrets are planned, it is there when they are made.
 */
export function prepareServiceAccountKey(): void {
  prepared ??= generateRsa("rsa", { modulusLength: 4096 }).then(({ privateKey }) => privateKey);
}

/** RSA, 4096 bits: what signs service account tokens. Each key is given out once. */
export async function serviceAccountKey(): Promise<KeyObject> {
  prepareServiceAccountKey();
  const key = prepared;
  prepared = null;
  if (!key) throw new Error("no service account key was prepared");
  return key;
}
