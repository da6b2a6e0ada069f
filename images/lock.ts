/** images.lock.json: which artefact each image's inputs became. Committed, so that every checkout uses the same. */
import { readFile } from "node:fs/promises";
import { z } from "zod";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const lockEntry = z
  .strictObject({
    inputHash: sha256,
    /** Of the packaged artefact; null until it has been built. */
    sha256: sha256.nullable(),
    sizeBytes: z.int().positive().nullable(),
    /** When the artefact passed its tests, RFC 3339. */
    testedAt: z.iso.datetime().nullable(),
    /** Versions found in the artefact. */
    versions: z.record(z.string(), z.string()),
  })
  .refine((entry) => (entry.sha256 === null) === (entry.sizeBytes === null), "sha256 and sizeBytes come together");

const lockSchema = z.strictObject({
  version: z.literal(1),
  images: z.strictObject({ base: lockEntry, proxmox: lockEntry }),
});

export type Lock = z.infer<typeof lockSchema>;

/**
 * Reads the lock; null where there is none yet.
 *
 * @throws Error, one line, when it is damaged: silently taking it for missing would rebuild or re-upload images
 */
export async function readLock(file: string): Promise<Lock | null> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    if (typeof error === "object" && error !== null && "code" in error && error.code === "ENOENT") return null;
    throw error;
  });
  if (text === null) return null;
  const broken = (problem: string): Error =>
    new Error(`${file}: ${problem}; restore it with git, it is a committed file`);
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw broken("not JSON");
  }
  const parsed = lockSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  throw broken(`${first?.path.join(".") ?? ""}: ${first?.message ?? "wrong"}`);
}
