/** images.lock.json: which artifact each image's inputs became. Committed, so that every checkout uses the same. */
import { readFile, rename, writeFile } from "node:fs/promises";
import { z } from "zod";
import { withoutByteOrderMark } from "../config/text.ts";
import { isMissing } from "./errors.ts";

/** SHA-256 in hexadecimal. */
export const digest = z.string().regex(/^[0-9a-f]{64}$/);

const lockEntry = z
  .strictObject({
    inputHash: digest,
    /** Of the packaged artifact; null until it has been built. */
    sha256: digest.nullable(),
    sizeBytes: z.int().positive().nullable(),
    /** When a build of these inputs, with stand-ins for source and packages, passed `npm run test:images`, RFC 3339. */
    testedAt: z.iso.datetime().nullable(),
    /** Found in the artifact, whose source is the pinned one and whose packages are the repositories' own; empty without one. */
    versions: z.record(z.string(), z.string()),
  })
  .refine((entry) => (entry.sha256 === null) === (entry.sizeBytes === null), "sha256 and sizeBytes come together");

const lockSchema = z.strictObject({
  version: z.literal(1),
  images: z.strictObject({ base: lockEntry, proxmox: lockEntry }),
});

/** The content of images.lock.json. */
export type Lock = z.infer<typeof lockSchema>;
/** What the lock says of one image. */
export type LockEntry = z.infer<typeof lockEntry>;

/**
 * Reads the lock; null where there is none yet.
 *
 * @throws Error, one line, when it is damaged: silently taking it for missing would rebuild or re-upload images
 */
export async function readLock(file: string): Promise<Lock | null> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw error;
  });
  if (text === null) return null;
  const broken = (problem: string): Error =>
    new Error(`${file}: ${problem}; restore it with git, it is a committed file`);
  let content: unknown;
  try {
    content = JSON.parse(withoutByteOrderMark(text));
  } catch {
    throw broken("not JSON");
  }
  const parsed = lockSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  throw broken(`${first?.path.join(".") ?? ""}: ${first?.message ?? "wrong"}`);
}

/** Written beside and renamed: a reader sees the old lock or the new one. */
export async function writeLock(file: string, lock: Lock): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify(lock, null, 2)}\n`);
  await rename(temporary, file);
}

/** The entry of an image that has these inputs, as it stands or, of other inputs, without an artifact. */
export function entryFor(inputHash: string, locked: LockEntry | undefined): LockEntry {
  // Test builds once left their stand-ins' versions.
  if (locked?.inputHash === inputHash) return locked.sha256 === null ? { ...locked, versions: {} } : locked;
  return { inputHash, sha256: null, sizeBytes: null, testedAt: null, versions: {} };
}
