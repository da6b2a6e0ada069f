/** Describes lost objects and how to get them back, and has the next plan import them. */
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CliError } from "../../ui/errors.ts";
import { readIfThere } from "../../ui/files.ts";
import { singleQuoted } from "../../ui/words.ts";
import { backupsOf } from "../state/backups.ts";
import { addressOf, locationOf } from "../state/location.ts";
import { addLost, isWholeLog, leftBy, lossOf, type LostObject } from "../state/lost-objects.ts";
import { NO_STATE, parseState, type State, stateOf } from "../state/state.ts";
import type { StackInfo } from "../synth/assembly.ts";
import type { Stack } from "../terraform/stack.ts";
import type { Finding } from "./classify-lost.ts";
import type { LossOptions, Verb } from "./losses.ts";
import type { Session } from "./session.ts";

/** Types whose secret is returned once, to whoever makes them: imported they would be without it, so they are made anew then. */
export const SHOWN_ONCE: ReadonlySet<string> = new Set(["proxmox_user_token"]);

/** What a plan is to do about what a stack has lost. */
export interface Recovery {
  readonly imports: readonly Import[];
  /** Addresses to be replaced: their secret is lost, or the keys that they have taken. */
  readonly anew: readonly string[];
}

/** Of a stack that has lost nothing. */
export const NOTHING_LOST: Recovery = { imports: [], anew: [] };

/** An object to be imported. */
export interface Import {
  readonly address: string;
  readonly type: string;
  readonly id: string;
  /** The state holds an older object at this address, which has to go first. */
  readonly replaces: boolean;
}

/** For a shell: as it is where that is safe, else in single quotes. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : singleQuoted(text);
}

/** Lines that name each lost object, and how to get it back. */
export function describe(stack: string, findings: readonly Finding[]): readonly string[] {
  return findings.flatMap(({ object, verdict }) => {
    const { address, id } = object;
    const what = `  ${address}${id === null ? " (cut off while it was being made)" : ""}`;
    const option = (value: string): string => `--recover-id ${quoted(`${address}=${value}`)}`;
    switch (verdict.kind) {
      case "import":
        return [
          what,
          `      --recover imports ${verdict.id}${SHOWN_ONCE.has(object.type) ? ", and makes it anew: its secret went to the apply that was cut off" : ""}`,
        ];
      case "absent":
        return [what, "      does not exist: it will be created"];
      case "pending":
        return [what, "      may still come to be: it is being made; the next run waits for that"];
      case "irreplaceable":
        return [
          what,
          "      was in the state only: --recover makes these keys anew, and with them the machines that have taken them and refuse all others",
        ];
      case "undecided":
        if (verdict.candidates.length === 0) {
          return [
            what,
            `      may exist: look in the provider's console, then npx cdktf deploy ${stack} ${option("ID")}, or ${option("none")}`,
          ];
        }
        return [
          what,
          "      may be one of these, which no state knows:",
          ...verdict.candidates.map(
            ({ id: candidate, name }) => `        ${option(candidate)}${name === "" ? "" : `   (${name})`}`,
          ),
          `        ${option("none")}   (none of them)`,
        ];
    }
  });
}

/** What can be done about all that a stack has lost: to take it back, or to do without. */
export function nextSteps(
  stack: string,
  verb: "diff" | "deploy" | "destroy",
  findings: readonly Finding[],
): readonly [recover: string, forget: string] {
  const isOpen = findings.some(({ verdict }) => verdict.kind === "undecided");
  const decided = isOpen ? " with a --recover-id for each that may be several things" : "";
  const again = verb === "destroy" ? `, then npx cdktf destroy ${stack} again` : "";
  return [
    `To take back what exists and go on:  npx cdktf deploy ${stack} --recover${decided}${again}`,
    "To go on without them:  --forget-lost  (they stay where they are, may cost money, and nothing here will know of them)",
  ];
}

const FILE = "recover.tf.json";

/** Has the next plan import these, so that a review of it shows them. */
export function writeImports(stack: Stack, imports: readonly Import[]): void {
  const blocks = imports.map(({ address, id }) => ({ to: address, id }));
  writeFileSync(join(stack.folder, FILE), `${JSON.stringify({ import: blocks }, undefined, 2)}\n`);
}

/** Takes the imports out again; also those that a killed run left. */
export function removeImports(stack: Stack): void {
  rmSync(join(stack.folder, FILE), { force: true });
}

/** How many objects are named. */
const NAMED = 5;

interface Gone {
  /** Addresses of what should be there. */
  readonly left: readonly string[];
  /** The newest copy of the state. */
  readonly copy: { readonly file: string; readonly state: State } | null;
  /** What the last apply made, and no copy knows. */
  readonly lost: readonly LostObject[];
}

async function newestCopy({ project, states }: Session, stack: Stack): Promise<Gone["copy"]> {
  const [newest] = backupsOf(project.data, stack.name);
  if (newest === undefined) return null;
  return { file: newest.file, state: parseState(await states.open(newest.file, stack.name), newest.file) };
}

/** What a state knew that is not there any more, by its copy and by the log of the last apply; null for one that knew nothing. */
async function gone(session: Session, stack: Stack): Promise<Gone | null> {
  const { lineage } = await stateOf(session, stack);
  // A state of no objects has one, too; a plan leaves an empty file.
  if (lineage !== "") return null;
  const copy = await newestCopy(session, stack);
  const text = readIfThere(join(session.project.run, stack.name, "apply.log")) ?? "";
  // What was cut off is looked for by itself.
  const log = isWholeLog(text) ? text : "";
  const before = copy?.state ?? NO_STATE;
  const left = leftBy(log, before);
  return left.length === 0 ? null : { left, copy, lost: lossOf(log, before, false).lost };
}

function wayBack(stack: string, { copy, lost }: Gone): string {
  if (copy !== null)
    return (
      `npx lab state restore ${stack} --backup ${quoted(copy.file)} brings back what it knew at serial ${copy.state.serial}` +
      (lost.length > 0 ? ", and the next deploy names what was made since" : "")
    );
  if (lost.length > 0) return `npx cdktf deploy ${stack} --recover takes back what the log of its last apply names`;
  return `bring it back from wherever you keep copies, or take each in with npx cdktf deploy ${stack} --recover-id ADDRESS=ID`;
}

function refusal(session: Session, verb: Verb, stack: Stack, found: Gone): CliError {
  const { name, stateFile } = stack;
  const place = addressOf(locationOf(stack, session.encryptedState));
  const how = stateFile !== null && existsSync(stateFile) ? "is an empty file" : "is not there";
  const more = found.left.length - NAMED;
  const objects = found.left.slice(0, NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
  const why = verb === "destroy" ? "nothing can be destroyed" : "all would be made a second time";
  return new CliError(
    `the state of ${name} ${how} (${place}), and by it were made ${objects}: without it ${why}. To go on: ${wayBack(name, found)}; ` +
      `where nothing of that is left, npx cdktf ${verb === "diff" ? "deploy" : verb} ${name} --forget-lost`,
  );
}

/**
 * Stops at a state that is gone, before anything is planned by its absence. What the last apply made is remembered as lost.
 *
 * @throws CliError where the user has not said what to do about it
 */
export async function refuseLostStates(
  session: Session,
  verb: Verb,
  selected: readonly StackInfo[],
  { recover, recoverId = [], forgetLost }: LossOptions,
): Promise<void> {
  if (forgetLost) return;
  for (const info of selected) {
    const stack = session.stack(info);
    const found = await gone(session, stack);
    if (found === null) continue;
    const { copy, lost } = found;
    addLost(session.project.run, stack.name, lost);
    const goesOn = copy === null && ((recover && lost.length > 0) || recoverId.length > 0);
    if (!goesOn) throw refusal(session, verb, stack, found);
  }
}
