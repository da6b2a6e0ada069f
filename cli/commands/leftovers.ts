/** What a destroy leaves behind, what it costs, and how it is got rid of. */
import { readEnvironment } from "../../config/environment.ts";
import { loadConfig } from "../../config/load.ts";
import type { LabConfig } from "../../config/schema.ts";
import { emptyBucket, imagesLeft } from "../images/bucket-leftovers.ts";
import { messageOf } from "../errors.ts";
import { openAccount } from "../oci/account.ts";
import { compartmentsNamed } from "../oci/compartments.ts";
import type { Begun } from "./begin.ts";
import type { StackResult } from "./results.ts";
import type { Session } from "./session.ts";

/** How long the account may take to answer, in milliseconds: it is asked for a last word only. */
const PATIENCE_MS = 20_000;
/** The stack that makes the compartment, and whose hosts boot the images. */
const OCI = "oci";

export interface LeftoverOptions {
  /** Deletes the lab's images and their bucket too. */
  readonly images?: boolean;
  readonly autoApprove?: boolean;
}

const KEPT =
  'empty, which costs nothing; the next deploy takes it up again, and oci.compartment.onDestroy "delete" has a destroy delete it';
const GOING = "is being deleted, which takes Oracle 30 to 180 minutes; until then no deploy can make one of this name";

/** The states of compartments of the lab's name; null where nobody tells. */
async function statesOf(session: Session, config: LabConfig, name: string): Promise<readonly string[] | null> {
  if (session.sandbox !== null) {
    const there = (await session.sandbox.inventory()).filter(({ type }) => type === "oci_identity_compartment");
    return there.some((item) => item.name === name) ? ["ACTIVE"] : ["DELETING"];
  }
  try {
    return await compartmentsNamed(await openAccount(config, null, AbortSignal.timeout(PATIENCE_MS)), name);
  } catch {
    return null;
  }
}

async function compartmentLeft(session: Session, config: LabConfig): Promise<string | null> {
  const { compartment } = config.oci;
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
  const config = await loadConfig(project.config ?? readEnvironment().configFile);
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
