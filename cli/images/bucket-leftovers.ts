/** The bucket of the lab's images once the lab is destroyed: what is in it, and emptying it. */
import type { LabConfig } from "../../config/schema.ts";
import type { SignIn } from "../../config/sign-in.ts";
import type { Session } from "../commands/session.ts";
import { definedOnly } from "../environment.ts";
import { CliError, messageOf } from "../errors.ts";
import { type Destination, openStore } from "./store.ts";

/** The sandbox's account signs in by the key that it made. */
async function destinationOf(session: Session, config: LabConfig, signal: AbortSignal): Promise<Destination> {
  const { sandbox, terminal } = session;
  const say = (line: string): void => terminal.aside(line);
  if (sandbox === null) return openStore(config, { signal, say, env: definedOnly(process.env) }, {});
  const signIn: SignIn = { auth: "profile", profile: "DEFAULT" };
  return openStore(config, { signal, say, env: (await sandbox.real()).oci, signIn }, {});
}

/** In one line, what of the images is left; null for nothing. @throws UploadError where the bucket cannot be looked at */
export async function imagesLeft(session: Session, config: LabConfig, signal: AbortSignal): Promise<string | null> {
  const { gigabytes, sumOf } = await import("../../images/upload/index.ts");
  const { store, bucket } = await destinationOf(session, config, signal);
  if ((await store.bucket(bucket)) === null) return null;
  const objects = await store.objects(bucket);
  const many = `${objects.length} ${objects.length === 1 ? "object" : "objects"}`;
  return (
    `left: bucket ${bucket} with ${many}, ${gigabytes(sumOf(objects))}, free while the account stores no more than 20 GB; ` +
    "a deploy finds its image there; npx cdktf destroy --images deletes both"
  );
}

/**
 * Deletes the lab's images, what has arrived of others, and the bucket when nothing else is in it.
 *
 * @throws CliError in one line
 */
export async function emptyBucket(session: Session, config: LabConfig, approved: boolean): Promise<void> {
  const { terminal, interruption } = session;
  try {
    const { deleteImages, gigabytes, sumOf } = await import("../../images/upload/index.ts");
    const destination = await destinationOf(session, config, interruption.signal);
    const { bucket } = destination;
    const found = await deleteImages({ ...destination, dryRun: true });
    if (found === null) return terminal.line(`bucket ${bucket}: there is none`);
    const all = [...found.objects, ...found.uploads];
    const what = `${all.length} ${all.length === 1 ? "image" : "images"} or parts of them, ${gigabytes(sumOf(all))}`;
    if (!approved) {
      const answer = await terminal.ask(`delete bucket ${bucket}: ${what}. Only "yes" goes on: `, interruption.signal);
      if (answer.trim().toLowerCase() !== "yes")
        return terminal.line(`bucket ${bucket}: not approved, nothing was deleted`);
    }
    const deleted = await deleteImages(destination);
    if (deleted === null) return;
    const rest = deleted.bucket ? "and the bucket" : "the bucket stays: something else is in it";
    terminal.line(`bucket ${bucket}: deleted ${what}; ${rest}`);
  } catch (error) {
    interruption.signal.throwIfAborted();
    throw error instanceof CliError ? error : new CliError(messageOf(error));
  }
}
