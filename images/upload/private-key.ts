/** The private key of an API key. Its content is in no message. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { UploadError } from "./errors.ts";

function problemOf(pem: string): string {
  if (pem.includes("-----BEGIN") && pem.includes("\\n"))
    return "its line ends are written out, as \\n: make them real ones";
  if (pem.includes("ENCRYPTED")) return "an encrypted key, and pass_phrase is missing or wrong";
  return "not a private key in PEM";
}

function parsed(pem: string, passphrase: string | null, where: string): KeyObject {
  try {
    return createPrivateKey(passphrase === null ? pem : { key: pem, passphrase });
  } catch {
    throw new UploadError(`${where}: ${problemOf(pem)}; name the key that belongs to the fingerprint`);
  }
}

/** As the console shows it: MD5 of the public key in DER (docs.oracle.com, Required Keys and OCIDs). */
function fingerprintOf(key: KeyObject): string {
  const der = createPublicKey(key).export({ type: "spki", format: "der" });
  return createHash("md5")
    .update(der)
    .digest("hex")
    .replace(/..(?!$)/g, "$&:");
}

/**
 * The key, unencrypted in PEM.
 *
 * @param where names its file, for messages
 * @throws UploadError, one line, when it is no RSA key, or not the one of this fingerprint
 */
export function rsaPrivateKey(pem: string, passphrase: string | null, fingerprint: string, where: string): string {
  const key = parsed(pem, passphrase, where);
  if (key.asymmetricKeyType !== "rsa")
    throw new UploadError(`${where}: an ${key.asymmetricKeyType} key, allowed RSA; make an API key in the console`);
  const actual = fingerprintOf(key);
  if (actual !== fingerprint.toLowerCase())
    throw new UploadError(`${where}: has fingerprint ${actual}, the profile says ${fingerprint}; name the key of that`);
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}
