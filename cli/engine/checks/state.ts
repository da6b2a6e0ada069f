/** Checks what earlier runs left: states, lost objects, locks, runs that still go on. */
import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import type { LabApp } from "../../../constructs/lab/lab-app.ts";
import type { Topology } from "../../../topology/types.ts";
import { CliError } from "../../ui/errors.ts";
import { namesIn } from "../../ui/files.ts";
import { fail, failure, type Finding, ok, warn } from "../../ui/findings.ts";
import { backupsOf } from "../state/backups.ts";
import { isEncrypted, WITHOUT_PASSPHRASE } from "../state/encryption.ts";
import { describeLocation, sameLocation } from "../state/location.ts";
import { readLost, stacksWithLosses } from "../state/lost-objects.ts";
import { openStates, placesOf, statesOf } from "../state/open.ts";
import { secretsFile } from "../state/secrets-file.ts";
import { statePassphrase } from "../state/secrets.ts";
import { isDeployed, parseState } from "../state/state.ts";
import { stateFileText } from "../state/store.ts";
import { movedTo } from "../state/text.ts";
import { built } from "../synth/config.ts";
import { describeHolder, holderOf } from "../synth/lock.ts";
import type { Project } from "../synth/project.ts";
import { readRecords, runOutcome } from "../terraform/runner.ts";

const SUFFIX = ".tfstate";
const BACKEND = "state backend";

function home({ home: folder }: Project): Finding {
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return ok("LAB_HOME", folder);
  } catch {
    return fail("LAB_HOME", `${folder} cannot be written to`, "make it yours, or set LAB_HOME to another folder");
  }
}

/** Opens an encrypted state, as a run would: that it lies there says nothing of whether anybody has its passphrase. */
async function opened(project: Project, file: string, stack: string): Promise<string> {
  // What the user has set decides alone.
  if (process.env["TF_ENCRYPTION"] === undefined && (await statePassphrase(secretsFile(project), null)) === null)
    throw new CliError(`${stack}: ${WITHOUT_PASSPHRASE}`);
  const { states: store } = openStates({ project, lab: { encryptedState: true }, say: () => undefined });
  return store.open(file, stack);
}

async function states(project: Project): Promise<readonly Finding[]> {
  const { data } = project;
  const folder = join(data, "state");
  const files = namesIn(folder).filter((name) => name.endsWith(SUFFIX));
  const deployed: string[] = [];
  const broken: Finding[] = [];
  for (const file of files.toSorted()) {
    const name = file.slice(0, -SUFFIX.length);
    try {
      const text = stateFileText(
        join(folder, file),
        name,
        backupsOf(data, name).map((backup) => backup.file),
      );
      // The config's own check reports its place.
      if (movedTo(text) !== null) continue;
      const sealed = isEncrypted(text);
      const clear = sealed ? await opened(project, join(folder, file), name) : text;
      if (isDeployed(parseState(clear, join(folder, file)))) deployed.push(sealed ? `${name} (encrypted)` : name);
    } catch (error) {
      broken.push(failure("state", error, "put right what it names before the next deploy"));
    }
  }
  if (broken.length > 0) return broken;
  return [ok("state", deployed.length === 0 ? "nothing is deployed" : `readable; deployed: ${deployed.join(", ")}`)];
}

function losses({ run, sandbox }: Project): readonly Finding[] {
  return stacksWithLosses(run).flatMap((stack) => {
    try {
      const addresses = readLost(run, stack).map(({ address }) => address);
      const recover = `npx cdktf deploy ${stack} --recover${sandbox ? " --sandbox" : ""} takes back what can be identified`;
      return addresses.length === 0 ? [] : [warn("lost", `${stack}: ${addresses.join(", ")}`, recover)];
    } catch {
      return [
        fail("lost", `${join(run, stack, "lost.json")} cannot be read`, "see in the logs beside it what was lost"),
      ];
    }
  });
}

function runs({ run }: Project): readonly Finding[] {
  try {
    return readRecords(run).flatMap((record) => {
      const what = `${record.verb} of ${record.stack}, since ${record.startedAt},`;
      const outcome = runOutcome(record);
      if (outcome === "running") return [warn("run", `${what} still runs`, "let it end: the next deploy waits for it")];
      if (outcome !== "died") return [];
      return [warn("run", `${what} was cut off`, "deploy again: it takes stock of what that left")];
    });
  } catch (error) {
    return [failure("run", error, "read its log before you deploy again")];
  }
}

function locks({ home: folder }: Project): Finding {
  const files = [join(folder, ".lab", "cdktf.lock"), join(folder, "artifacts", ".lock")];
  const holders = files.map(holderOf).filter((holder) => holder !== null);
  if (holders.length === 0) return ok("lock", "nobody else works in this LAB_HOME");
  const held = holders.map(describeHolder).join("; ");
  return warn("lock", `held by ${held}`, "let it end: other commands wait for it");
}

/** All of it, for the states in files here. */
export async function state(project: Project): Promise<readonly Finding[]> {
  return [home(project), ...(await states(project)), ...losses(project), ...runs(project), locks(project)];
}

/** Three states by way of a tool, which starts, reaches its backend, and reads. */
export const REMOTE_MS = 15_000;

/** That states are elsewhere than the config says; null where they are not. */
export function movedStates(app: LabApp, project: Project): Finding | null {
  const elsewhere = placesOf(app, project).filter(({ at, configured }) => !sameLocation(at, configured));
  if (project.sandbox || elsewhere.length === 0) return null;
  const found = elsewhere.map(({ stack, at }) => `${stack} is in ${describeLocation(at)}`).join("; ");
  return fail(BACKEND, `the config says elsewhere: ${found}`, "move them: npx lab state migrate");
}

/** Whether states that are not in files here can be reached, and are where the config says. Takes up to `REMOTE_MS`. */
export async function remoteStates(topology: Topology, project: Project): Promise<readonly Finding[]> {
  if (project.sandbox) return [];
  const { state } = topology.config;
  const { app } = await built(topology, project);
  const moved = movedStates(app, project);
  if (moved !== null) return [moved];
  if (state.backend === "local") return [];
  try {
    const states = [...(await statesOf(app, project))];
    const deployed = states.flatMap(([stack, held]) => (isDeployed(held) ? [stack] : []));
    const what = deployed.length === 0 ? "nothing is deployed" : `deployed: ${deployed.join(", ")}`;
    return [ok(BACKEND, `${state.backend}, bucket ${state.bucket} answers; ${what}`)];
  } catch (error) {
    return [failure(BACKEND, error, "docs/state.md says what a backend needs")];
  }
}
