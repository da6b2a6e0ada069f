/** Vouches for what was reviewed, and compares values without keeping them: HMAC-SHA256, by keys from the lab's secrets. */
import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";

/** RFC 4868: half of HMAC-SHA256. */
const DIGEST_BYTES = 16;

export interface ReviewKey {
  readonly document: Buffer;
  readonly values: Buffer;
}

/** @param secret of at least 256 random bits: it is not stretched */
export function reviewKey(secret: string): ReviewKey {
  const derived = (of: string): Buffer => Buffer.from(hkdfSync("sha256", secret, "", `ampere-lab: ${of}`, 32));
  return { document: derived("reviewed plans"), values: derived("reviewed values") };
}

/** The MAC of a document, to be kept beside it. */
export function macOf({ document }: ReviewKey, text: string): string {
  return createHmac("sha256", document).update(text).digest("hex");
}

/** Whether it is that document's, by this key. */
export function isMacOf(key: ReviewKey, text: string, mac: string): boolean {
  const [ours, theirs] = [Buffer.from(macOf(key, text)), Buffer.from(mac)];
  return ours.length === theirs.length && timingSafeEqual(ours, theirs);
}

/** Stands for a value where it may be read by others: equal values of one place have equal digests, and nobody can guess them. */
export function digestOf({ values }: ReviewKey, place: readonly string[], json: string): string {
  const digest = createHmac("sha256", values)
    .update(JSON.stringify([...place, json]))
    .digest();
  return digest.subarray(0, DIGEST_BYTES).toString("base64url");
}
