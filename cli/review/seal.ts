/** Closes what holds secrets, so that it may lie where others can fetch it: AES-256-GCM, by a key from the lab's secrets. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

const ALGORITHM = "aes-256-gcm";
const KEY_BYTES = 32;
/** NIST SP 800-38D: 96 bits of nonce, 128 of tag. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export type SealKey = Buffer;

/** @param secret of at least 256 random bits: it is not stretched */
export function sealKey(secret: string): SealKey {
  return Buffer.from(hkdfSync("sha256", secret, "", "ampere-lab: saved plans", KEY_BYTES));
}

/** @param about what it is of: to be opened only as that */
export function seal(content: Buffer, key: SealKey, about: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(about));
  const closed = Buffer.concat([cipher.update(content), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), closed]);
}

/** @returns null for what was sealed by another key, as something else, or changed since */
export function unseal(sealed: Buffer, key: SealKey, about: string): Buffer | null {
  const [nonce, tag, closed] = [
    sealed.subarray(0, NONCE_BYTES),
    sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES),
    sealed.subarray(NONCE_BYTES + TAG_BYTES),
  ];
  if (tag.length !== TAG_BYTES) return null;
  try {
    const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(about)).setAuthTag(tag);
    return Buffer.concat([decipher.update(closed), decipher.final()]);
  } catch {
    return null;
  }
}
