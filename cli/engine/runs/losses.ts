/** Stops a run at lost objects of earlier runs, until the user has them imported or gives them up. */
import { AlreadyPrinted, CliError } from "../../ui/errors.ts";
import { readLost, stacksWithLosses, stillLost, writeLost } from "../state/lost-objects.ts";
import { stateOf } from "../state/state.ts";
import type { StackInfo } from "../synth/assembly.ts";
import { classifyLostObjects, type Finding } from "./classify-lost.ts";
import { changesUnderWay } from "./reconcile.ts";
import { BOOTSTRAP } from "./bootstrap.ts";
import { describe, type Import, nextSteps, NOTHING_LOST, quoted, type Recovery, SHOWN_ONCE } from "./recover.ts";
import type { Session } from "./session.ts";
import { askServices } from "./ask-services.ts";
import { plural } from "../../ui/words.ts";

/** What the user has decided about lost objects. */
export interface LossOptions {
  readonly recover?: boolean;
  /** `address=id` or `address=none`; each implies `recover`. */
  readonly recoverId?: readonly string[];
  readonly forgetLost?: boolean;
}

/** The command that would import an object by hand. */
function byHand(session: Session, folder: string, address: string, id: string): string {
  const prefix = session.sandbox === null ? "" : 'eval "$(npx lab sandbox start --env)" && ';
  return `${prefix}cd ${quoted(folder)} && ${quoted(session.binary.path)} import ${quoted(address)} ${quoted(id)}`;
}

/** What is being run when losses are met. */
export type Verb = "diff" | "deploy" | "destroy";

function report(session: Session, verb: Verb, stack: StackInfo, findings: readonly Finding[]): void {
  const { terminal } = session;
  terminal.aside(
    `${terminal.colors.red("Lost")}: an apply of ${stack.name} was cut off, and its state does not know these objects:`,
  );
  for (const line of describe(stack.name, findings)) terminal.aside(line);
  const sure = findings.flatMap(({ object, verdict }) =>
    verdict.kind === "import" ? [{ address: object.address, id: verdict.id }] : [],
  );
  const [recover, forget] = nextSteps(stack.name, verb, findings);
  terminal.aside(recover);
  if (sure[0] !== undefined)
    terminal.aside(
      `or by hand, one at a time, such as:  ${byHand(session, stack.folder, sure[0].address, sure[0].id)}`,
    );
  terminal.aside(forget);
}

interface Losses {
  readonly stack: StackInfo;
  /** Addresses of the machines that its state holds. */
  readonly machines: readonly string[];
  readonly findings: readonly Finding[];
}

/** Of machines that take a cluster's keys in the apply that makes them. */
const MACHINE = "oci_core_instance";

/**
 * Absent is only what nobody is about to make. The sandbox knows what it still does of what an interrupted run has asked for; on a
 * real account nobody does, and a file, say, is there only once it is downloaded. An object whose id is in the log had been made, one
 * that the user has decided about is decided, and of two bootstraps Talos refuses the second.
 */
function absentForNow({ object, verdict }: Finding, underWay: boolean | null, decisions: Decisions): Finding {
  if (underWay === false || verdict.kind !== "absent" || object.id !== null || decisions.has(object.address))
    return { object, verdict };
  if (underWay === true) return { object, verdict: { kind: "pending" } };
  return { object, verdict: object.type === BOOTSTRAP ? verdict : { kind: "undecided", candidates: [] } };
}

/** What is still lost, by stack. Takes off the list what turns out to be in the state, or not to exist. */
async function assess(session: Session, decisions: Decisions): Promise<readonly Losses[]> {
  const { run } = session.project;
  const { stacks } = session.assembly;
  const names = stacksWithLosses(run);
  if (names.length === 0) return [];
  const states = await Promise.all(stacks.map((stack) => stateOf(session, session.stack(stack))));
  const held = states.flatMap(({ resources }) => resources);
  // In this order: the services know what is made between the two.
  const underWay = session.sandbox === null ? null : (await changesUnderWay(session.sandbox)).length > 0;
  const losses: Losses[] = [];
  for (const [index, stack] of stacks.entries()) {
    const state = states[index];
    if (state === undefined || !names.includes(stack.name)) continue;
    const lost = stillLost(readLost(run, stack.name), state);
    const ask = askServices(session, stack, held);
    const classified = await classifyLostObjects({ lost, stack: session.stack(stack), decisions, held, ask });
    const findings = classified.map((finding) => absentForNow(finding, underWay, decisions));
    for (const { object, verdict } of findings) {
      if (verdict.kind !== "absent") continue;
      session.terminal.aside(`${object.address} was cut off and does not exist: it will be created`);
    }
    const present = findings.filter(({ verdict }) => verdict.kind !== "absent");
    writeLost(
      run,
      stack.name,
      present.map(({ object }) => object),
    );
    const machines = state.resources.filter(({ type }) => type === MACHINE).map(({ address }) => address);
    if (present.length > 0) losses.push({ stack, machines, findings: present });
  }
  return losses;
}

/** Names what the run that has just ended lost. */
export async function reportLosses(session: Session, verb: Verb): Promise<void> {
  for (const { stack, findings } of await assess(session, new Map())) report(session, verb, stack, findings);
}

/** Whether all that was lost can be had back, or made anew. */
const isRecoverable = ({ verdict }: Finding): boolean => verdict.kind === "import" || verdict.kind === "irreplaceable";

/** @param before what is to be imported that no run is known to have lost */
function recoveryOf({ findings, machines }: Losses, before: readonly Import[]): Recovery {
  const imports = [...before, ...findings.flatMap(toImport)];
  const keysAreLost = findings.some(({ verdict }) => verdict.kind === "irreplaceable");
  const isAnew = ({ type }: Import): boolean => SHOWN_ONCE.has(type) || (keysAreLost && type === MACHINE);
  const anew = imports.filter(isAnew).map(({ address }) => address);
  return { imports, anew: keysAreLost ? [...anew, ...machines] : anew };
}

/**
 * Looks at what `selected` has lost. Returns what to do about it, by stack.
 *
 * @throws AlreadyPrinted when a selected stack has lost something and the user has not said what to do about it
 */
export async function resolveLostObjects(
  session: Session,
  verb: Verb,
  selected: readonly StackInfo[],
  options: LossOptions,
): Promise<ReadonlyMap<string, Recovery>> {
  const { terminal, project } = session;
  const decisions = decisionsFrom(options.recoverId ?? []);
  const recoveries = new Map(await found(session, selected, decisions));
  let blocked = false;
  const losses = await assess(session, decisions);
  if (options.recover && losses.length === 0) terminal.aside("--recover: no run has lost anything; going on");
  for (const lost of losses) {
    const { stack, findings } = lost;
    if (!selected.includes(stack)) {
      terminal.aside(
        `note: an earlier run of ${stack.name} has lost ${plural(findings.length, "object")}; \`npx cdktf diff ${stack.name}\` names them`,
      );
    } else if (options.forgetLost) {
      for (const { object } of findings) {
        terminal.aside(`given up: ${object.address} (${object.id ?? "id unknown"})`);
      }
      writeLost(project.run, stack.name, []);
    } else if ((options.recover || decisions.size > 0) && findings.every(isRecoverable)) {
      recoveries.set(stack.name, recoveryOf(lost, recoveries.get(stack.name)?.imports ?? []));
    } else {
      blocked = true;
      report(session, verb, stack, findings);
    }
  }
  if (blocked) throw new AlreadyPrinted();
  return recoveries;
}

function toImport({ object, verdict }: Finding): readonly Import[] {
  if (verdict.kind !== "import") return [];
  return [{ address: object.address, type: object.type, id: verdict.id, replaces: object.replacedId !== null }];
}

/** Ids by address; `none` for what does not exist. */
type Decisions = ReadonlyMap<string, string>;

function decisionsFrom(given: readonly string[]): Decisions {
  return new Map(
    given.map((text) => {
      // An index may hold a "=", an id of ours does not begin with one.
      const read = /^(.+?(?:\[.*\])?)=(.+)$/.exec(text);
      if (read?.[1] === undefined || read[2] === undefined) {
        throw new CliError(`--recover-id: got "${text}", allowed ADDRESS=ID or ADDRESS=none`);
      }
      return [read[1], read[2]];
    }),
  );
}

function partsOf(address: string): readonly [type: string, label: string] {
  const [type = "", label = ""] = address.replace(/\[.*\]$/, "").split(".");
  return [type, label];
}

/** The stack that has a resource at an address. */
function ownerOf(session: Session, stacks: readonly StackInfo[], address: string): StackInfo | undefined {
  const [type, label] = partsOf(address);
  return stacks.find((each) => session.stack(each).resources[type]?.[label] !== undefined);
}

/** Why an object that is not known to be lost cannot be imported; null when it can. */
async function refusal(session: Session, stack: StackInfo, address: string, id: string): Promise<string | null> {
  const { resources } = await stateOf(session, session.stack(stack));
  const held = resources.find((resource) => resource.address === address);
  if (held !== undefined)
    return `the state of ${stack.name} holds it already${held.id === null ? "" : ` (${held.id})`}`;
  return id === "none" ? "nothing is known to be lost there" : null;
}

/**
 * Decisions on what no run is known to have lost: somebody has found it, and it is imported where there is room for it.
 *
 * @returns what to import, by stack
 * @throws CliError for what cannot be done, which would otherwise be passed over in silence
 */
async function found(
  session: Session,
  selected: readonly StackInfo[],
  decisions: Decisions,
): Promise<ReadonlyMap<string, Recovery>> {
  const recoveries = new Map<string, Recovery>();
  for (const [address, id] of decisions) {
    const refuse = (why: string): CliError => new CliError(`--recover-id ${quoted(`${address}=${id}`)}: ${why}`);
    const stack = ownerOf(session, session.assembly.stacks, address);
    if (stack === undefined) throw refuse("no stack has a resource at this address");
    if (!selected.includes(stack)) throw refuse(`it is of stack ${stack.name}, which has to be named`);
    if (readLost(session.project.run, stack.name).some((lost) => lost.address === address)) continue;
    const why = await refusal(session, stack, address, id);
    if (why !== null) throw refuse(why);
    const { imports, anew } = recoveries.get(stack.name) ?? NOTHING_LOST;
    const type = partsOf(address)[0];
    recoveries.set(stack.name, {
      imports: [...imports, { address, type, id, replaces: false }],
      anew: SHOWN_ONCE.has(type) ? [...anew, address] : anew,
    });
  }
  return recoveries;
}
