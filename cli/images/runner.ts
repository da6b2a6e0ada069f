/** Which runner builds: the one asked for, or Dagger where an engine answers, or the machine's own Packer. */
import { findEngine } from "../../images/runners/dagger-engine.ts";
import { daggerRunner } from "../../images/runners/dagger.ts";
import { missingForLocal } from "../../images/runners/local-tools.ts";
import { localRunner } from "../../images/runners/local.ts";
import type { Runner } from "../../images/runners/runner.ts";
import { CliError } from "../errors.ts";

export const RUNNERS = ["auto", "dagger", "local"] as const;
export type RunnerChoice = (typeof RUNNERS)[number];

/**
 * Chooses, and says so.
 *
 * @param builder root file system for Dagger's container; null takes the pinned image
 * @throws CliError when nothing here can build
 */
export async function chooseRunner(
  choice: RunnerChoice,
  builder: string | null,
  say: (line: string) => void,
): Promise<Runner> {
  const search = choice === "local" ? null : await findEngine();
  if (search?.engine) {
    say("building with Dagger (--runner local takes this machine's Packer)");
    return daggerRunner({ builder });
  }
  if (choice === "dagger") throw new CliError(`--runner dagger: ${search?.reason ?? "no engine"}`);
  const missing = missingForLocal();
  if (missing !== null) {
    const dagger = search === null ? "" : `no Dagger engine: ${search.reason}; and `;
    throw new CliError(`images cannot be built here: ${dagger}${missing}`);
  }
  say(
    search === null ? "building with this machine's Packer" : `building with this machine's Packer (${search.reason})`,
  );
  return localRunner();
}
