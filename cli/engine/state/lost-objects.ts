/** Finds what an interrupted run lost, by comparing its log with the state. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readIfThere, writeAtomically, namesIn } from "../../ui/files.ts";
import { parseUiLine } from "../terraform/messages.ts";
import { CLUSTER_KEYS, REPEATABLE } from "./import-ids.ts";
import type { State } from "./state.ts";

/** An object that a run made, or may have made, and that the state does not know. */
const lostObject = z.object({
  address: z.string(),
  type: z.string(),
  /** Null where the run was cut off before the provider returned it. */
  id: z.string().nullable(),
  /** What the state still holds at this address: the object that the lost one was to replace. */
  replacedId: z.string().nullable(),
});
/** Such an object. */
export type LostObject = z.infer<typeof lostObject>;

/** Something that was going on and that the next plan shows by itself. */
interface Unfinished {
  readonly address: string;
  readonly doing: "being destroyed" | "being changed" | "being done";
}

interface Loss {
  readonly lost: readonly LostObject[];
  readonly unfinished: readonly Unfinished[];
  /**
   * Addresses whose script was cut off, and that the state holds as if it had run: terraform notes an object before its
   * provisioners, and saves it whenever another object is done.
   */
  readonly interruptedSteps: readonly string[];
}

const KEYS_TAKEN: readonly string[] = ["talos_machine_configuration_apply", "oci_core_instance"];

interface Operation {
  readonly type: string;
  /** A script of it had begun. */
  provisioned: boolean;
  state: "running" | "done" | "failed";
  key: string;
  id: string | null;
}

/** The operations of an apply's log by what was done and address; the last one counts. */
function operationsIn(log: string): Readonly<Record<"create" | "delete" | "update", ReadonlyMap<string, Operation>>> {
  const operations = {
    create: new Map<string, Operation>(),
    delete: new Map<string, Operation>(),
    update: new Map<string, Operation>(),
  };
  for (const line of log.split("\n")) {
    const message = parseUiLine(line);
    if (message?.type === "provision_start") {
      const operation = operations.create.get(message.hook.resource.addr);
      if (operation !== undefined) operation.provisioned = true;
      continue;
    }
    if (message?.type !== "apply_start" && message?.type !== "apply_complete" && message?.type !== "apply_errored")
      continue;
    const { resource, action, id_key: key, id_value: id } = message.hook;
    if (action !== "create" && action !== "delete" && action !== "update") continue;
    const found = operations[action].get(resource.addr);
    if (message.type === "apply_start" || found === undefined) {
      operations[action].set(resource.addr, {
        type: resource.resource_type,
        provisioned: false,
        state: "running",
        key: key ?? "id",
        id: id ?? null,
      });
      if (message.type === "apply_start") continue;
    }
    const operation = operations[action].get(resource.addr);
    if (operation === undefined) continue;
    operation.state = message.type === "apply_complete" ? "done" : "failed";
    operation.key = key ?? operation.key;
    operation.id = id ?? operation.id;
  }
  return operations;
}

/** How Terraform and OpenTofu say that a provider's connection broke: what it was asked to do may be done. */
const NO_ANSWER = "Plugin did not respond";

/** How they say that a call ended without an answer of the provider's own: what it was asked to do may be done. */
const NO_OWN_ANSWER = "Plugin error";

/** How providers say that they stopped waiting because terraform was asked to end: what they asked for may be done. */
const GIVEN_UP = /context canceled|context cancelled/i;

interface Failures {
  /** A provider went silent. */
  readonly silent: boolean;
  /** Failed with an error of their own. */
  readonly refused: ReadonlySet<string>;
  /** Not waited for to the end. */
  readonly givenUp: ReadonlySet<string>;
}

function failuresIn(log: string): Failures {
  const errors = log.split("\n").flatMap((line) => {
    const message = parseUiLine(line);
    return message?.type === "diagnostic" && message.diagnostic.severity === "error" ? [message.diagnostic] : [];
  });
  const isGivenUp = ({ summary, detail }: (typeof errors)[number]): boolean =>
    summary === NO_OWN_ANSWER || GIVEN_UP.test(`${summary} ${detail}`);
  const isOpen = (error: (typeof errors)[number]): boolean => error.summary === NO_ANSWER || isGivenUp(error);
  return {
    silent: errors.some(({ summary }) => summary === NO_ANSWER),
    refused: new Set(errors.flatMap((error) => (isOpen(error) ? [] : (error.address ?? [])))),
    givenUp: new Set(errors.flatMap((error) => (isGivenUp(error) ? (error.address ?? []) : []))),
  };
}

/**
 * Whether a log shows how the run ended. One that was written to a full disk ends in mid-line, or before its sum and its errors:
 * what was made after that is in it nowhere.
 */
export function isWholeLog(log: string): boolean {
  if (!log.endsWith("\n")) return false;
  return log.split("\n").some((line) => {
    const message = parseUiLine(line);
    if (message?.type === "change_summary") return message.changes.operation !== "plan";
    return message?.type === "diagnostic" && message.diagnostic.severity === "error";
  });
}

/**
 * Compares an apply's log with the state it left.
 *
 * @param cutOff the run did not end by itself: what had failed in it may be there all the same
 */
export function lossOf(log: string, state: State, cutOff: boolean): Loss {
  const operations = operationsIn(log);
  const { silent, refused, givenUp } = failuresIn(log);
  const held = new Map(state.resources.map((resource) => [resource.address, resource]));
  const lost: LostObject[] = [];
  const unfinished: Unfinished[] = [];
  const interruptedSteps: string[] = [];
  const keysTaken = [...operations.create.values(), ...operations.update.values()].some(({ type }) =>
    KEYS_TAKEN.includes(type),
  );
  for (const [address, operation] of operations.create) {
    const open = cutOff || givenUp.has(address) || (silent && !refused.has(address));
    if (operation.state === "failed" && !open) continue;
    const known = held.get(address);
    const knownId = known === undefined ? null : String(known.attributes[operation.key]);
    // In mid-create the state may still hold the object that this one replaces.
    const replaced = operations.delete.get(address);
    const isOld = operation.id === null ? replaced !== undefined && knownId === replaced.id : knownId !== operation.id;
    if (known !== undefined && !isOld) {
      if (operation.state === "running" && operation.provisioned && !known.tainted) interruptedSteps.push(address);
      continue;
    }
    if (REPEATABLE.has(operation.type) || (operation.type === CLUSTER_KEYS && !keysTaken)) {
      if (operation.state !== "done") unfinished.push({ address, doing: "being done" });
      continue;
    }
    lost.push({ address, type: operation.type, id: operation.id, replacedId: knownId });
  }
  for (const [address, { state: how }] of operations.delete) {
    if (how === "running") unfinished.push({ address, doing: "being destroyed" });
  }
  for (const [address, { state: how }] of operations.update) {
    if (how === "running") unfinished.push({ address, doing: "being changed" });
  }
  return { lost, unfinished, interruptedSteps };
}

/** Addresses of what there is after an apply: what was there before and was not destroyed, and what was made. */
export function leftBy(log: string, before: State): readonly string[] {
  const { create, delete: destroy } = operationsIn(log);
  const done = (operations: ReadonlyMap<string, Operation>): readonly string[] =>
    [...operations].flatMap(([address, { state }]) => (state === "done" ? [address] : []));
  const destroyed = new Set(done(destroy));
  const kept = before.resources.map(({ address }) => address).filter((address) => !destroyed.has(address));
  return [...new Set([...kept, ...done(create)])];
}

/** Those that the state still does not know. */
export function stillLost(lost: readonly LostObject[], state: State): readonly LostObject[] {
  return lost.filter(({ address, replacedId }) => {
    const held = state.resources.find((resource) => resource.address === address);
    return held === undefined || (replacedId !== null && Object.values(held.attributes).includes(replacedId));
  });
}

const stored = z.array(lostObject);

function fileOf(run: string, stack: string): string {
  return join(run, stack, "lost.json");
}

/** What is remembered of a stack; nothing where there is no file. */
export function readLost(run: string, stack: string): readonly LostObject[] {
  const text = readIfThere(fileOf(run, stack));
  return text === undefined ? [] : stored.parse(JSON.parse(text));
}

/** Replaces what is remembered; nothing left removes the file. */
export function writeLost(run: string, stack: string, lost: readonly LostObject[]): void {
  if (lost.length === 0) rmSync(fileOf(run, stack), { force: true });
  else writeAtomically(fileOf(run, stack), `${JSON.stringify(lost, undefined, 2)}\n`);
}

/** Adds to what is remembered; the later word on an address counts. */
export function addLost(run: string, stack: string, lost: readonly LostObject[]): void {
  const newer = new Set(lost.map(({ address }) => address));
  writeLost(run, stack, [...readLost(run, stack).filter(({ address }) => !newer.has(address)), ...lost]);
}

/** The stacks that something is remembered of. */
export function stacksWithLosses(run: string): readonly string[] {
  return namesIn(run).filter((name) => readIfThere(fileOf(run, name)) !== undefined);
}
