/** Reports what a destroy leaves in the account and what it costs, and deletes the images where asked to. */
import type { LabConfig } from "../../../config/schema.ts";
import { accountIn, type SignIn } from "../../../config/sign-in.ts";
import { compartmentsNamed } from "../../clients/oci-objects.ts";
import { messageOf, asCliError } from "../../ui/errors.ts";
import { definedOnly } from "../synth/environment.ts";
import { openAccount } from "../synth/oci-account.ts";
import type { Begun } from "./begin.ts";
import { type Destination, openStore } from "./images.ts";
import type { StackResult } from "./schedule.ts";
import type { Session } from "./session.ts";
import { plural } from "../../ui/words.ts";
import { confirm } from "../../ui/terminal.ts";
import { configOf } from "../synth/config.ts";

/** How long the account may take to answer, in milliseconds: it is asked for a last word only. */
const PATIENCE_MS = 20_000;
/** The stack that makes the compartment, and whose hosts boot the images. */
const OCI = "oci";

/** Options of destroy alone. */
export interface LeftoverOptions {
  /** Deletes the lab's images and their bucket too. */
  readonly images?: boolean;
  readonly autoApprove?: boolean;
}

const KEPT =
  'empty, which costs nothing; the next deploy takes it up again, and oci.compartment.onDestroy "delete" has a destroy delete it';
const GOING = "is being deleted, which takes Oracle 30 to 180 minutes; until then no deploy can make one of this name";

/** The states of compartments of the lab's name; null where nobody knows. */
async function statesOf(session: Session, config: LabConfig, name: string): Promise<readonly string[] | null> {
  if (session.sandbox !== null) {
    const there = (await session.sandbox.inventory()).filter(({ type }) => type === "oci_identity_compartment");
    return there.some((item) => item.name === name) ? ["ACTIVE"] : ["DELETING"];
  }
  try {
    const found = await compartmentsNamed(await openAccount(config, null, AbortSignal.timeout(PATIENCE_MS)), name);
    return found.map(({ lifecycleState }) => lifecycleState);
  } catch {
    return null;
  }
}

async function compartmentLeft(session: Session, config: LabConfig): Promise<string | null> {
  const { compartment } = accountIn(config);
  if ("id" in compartment) return null;
  const { create: name, onDestroy = "keep" } = compartment;
  const states = (await statesOf(session, config, name)) ?? [onDestroy === "keep" ? "ACTIVE" : "DELETING"];
  if (states.includes("ACTIVE")) return `left: compartment ${name}, ${KEPT}`;
  return states.includes("DELETING") ? `compartment ${name} ${GOING}` : null;
}

/**
 * Says what is left of a lab whose stack `oci` has been destroyed, and deletes the images where that is wished.
 *
 * @throws CliError where the images cannot be deleted
 */
export async function leftovers(
  { session }: Begun,
  results: readonly StackResult[],
  options: LeftoverOptions,
): Promise<void> {
  const { terminal, project, interruption, assembly } = session;
  const status = results.find(({ name }) => name === OCI)?.status;
  const gone = status === "destroyed" || status === "absent";
  if (assembly.lab === null || interruption.signal.aborted) return;
  if (!gone) {
    if (options.images) terminal.aside(`--images: stack ${OCI} is not destroyed, so its images stay`);
    return;
  }
  const config = await configOf(project);
  if (options.images) await emptyBucket(session, config, options.autoApprove ?? false);
  if (status === "absent") return;
  const compartment = await compartmentLeft(session, config);
  if (compartment !== null) terminal.aside(compartment);
  // Nothing is uploaded for the sandbox.
  if (options.images || session.sandbox !== null) return;
  try {
    const images = await imagesLeft(session, config, AbortSignal.timeout(PATIENCE_MS));
    if (images !== null) terminal.aside(images);
  } catch (error) {
    terminal.aside(
      `left, where a deploy has made it: bucket ${config.name}-images (not looked at: ${messageOf(error)})`,
    );
  }
}

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
  const { gigabytes, sumOf } = await import("../../../images/upload/index.ts");
  const { store, bucket } = await destinationOf(session, config, signal);
  if ((await store.bucket(bucket)) === null) return null;
  const objects = await store.objects(bucket);
  return (
    `left: bucket ${bucket} with ${plural(objects.length, "object")}, ${gigabytes(sumOf(objects))}, free while the account stores no more than 20 GB; ` +
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
    const { deleteImages, gigabytes, sumOf } = await import("../../../images/upload/index.ts");
    const destination = await destinationOf(session, config, interruption.signal);
    const { bucket } = destination;
    const found = await deleteImages({ ...destination, dryRun: true });
    if (found === null) return terminal.line(`bucket ${bucket}: there is none`);
    const all = [...found.objects, ...found.uploads];
    const what = `${plural(all.length, "image")} or parts of them, ${gigabytes(sumOf(all))}`;
    if (!approved && !(await confirm(terminal, `delete bucket ${bucket}: ${what}`, interruption.signal)))
      return terminal.line(`bucket ${bucket}: not approved, nothing was deleted`);
    const deleted = await deleteImages(destination);
    if (deleted === null) return;
    const rest = deleted.bucket ? "and the bucket" : "the bucket stays: something else is in it";
    terminal.line(`bucket ${bucket}: deleted ${what}; ${rest}`);
  } catch (error) {
    interruption.signal.throwIfAborted();
    throw asCliError(error);
  }
}
