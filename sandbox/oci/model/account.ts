/** The account's user and API key: the world keeps the public half, a folder of the lab the rest, as `~/.oci` has it. */
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ApiKey } from "../../world/oci.ts";
import type { World } from "../../world/world.ts";
import { globalId, regionOf } from "./regions.ts";

interface AccountFiles {
  readonly tenancyId: string;
  readonly userId: string;
  readonly fingerprint: string;
  /** The private key, in PEM. */
  readonly keyFile: string;
  /** For Oracle's CLI and SDKs: profile DEFAULT. */
  readonly configFile: string;
  readonly region: string;
}

/** As the console shows it: MD5 of the public key in DER (docs.oracle.com, Required Keys and OCIDs). */
export function fingerprintOf(key: KeyObject): string {
  const der = key.export({ type: "spki", format: "der" });
  return createHash("md5")
    .update(der)
    .digest("hex")
    .replace(/..(?!$)/g, "$&:");
}

/** Whether the file has the key that the world knows. */
function holdsKey(keyFile: string, fingerprint: string): boolean {
  try {
    return fingerprintOf(createPublicKey(readFileSync(keyFile, "utf8"))) === fingerprint;
  } catch {
    return false;
  }
}

/** A new key, for the user that there is, or the first one. */
function makeKey({ state, random }: World, keyFile: string): ApiKey {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writeFileSync(keyFile, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  return {
    userId: state.oci.apiKey?.userId ?? globalId("user", random),
    fingerprint: fingerprintOf(publicKey),
    publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
  };
}

/**
 * The account's credentials in `dir`. The key is made once; another one where its file was lost.
 * The caller saves the world.
 */
export function accountFiles(world: World, dir: string): AccountFiles {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const [keyFile, configFile] = [join(dir, "key.pem"), join(dir, "config")];
  const { oci } = world.state;
  const known = oci.apiKey !== null && holdsKey(keyFile, oci.apiKey.fingerprint) ? oci.apiKey : null;
  oci.apiKey = known ?? makeKey(world, keyFile);
  const { userId, fingerprint } = oci.apiKey;
  const region = regionOf({ world, provider: {} });
  const fields = { user: userId, fingerprint, tenancy: oci.tenancyId, region, key_file: keyFile };
  const lines = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
  writeFileSync(configFile, ["[DEFAULT]", ...lines, ""].join("\n"), { mode: 0o600 });
  return { tenancyId: oci.tenancyId, userId, fingerprint, keyFile, configFile, region };
}
