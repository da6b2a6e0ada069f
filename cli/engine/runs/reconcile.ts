/** Before a run begins: waits for earlier runs of the tool, and takes stock of what they left. */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { LoggedCall, Sandbox } from "../../../sandbox/client.ts";
import { readIfThere } from "../../ui/files.ts";
import type { Terminal } from "../../ui/terminal.ts";
import { waitUntil } from "../../ui/wait.ts";
import { addLost, isWholeLog, lossOf } from "../state/lost-objects.ts";
import type { State } from "../state/state.ts";
import { followLines } from "../terraform/job.ts";
import { followProgress } from "../terraform/progress.ts";
import { readRecords, removeRecord, runOutcome, type RunRecord } from "../terraform/runner.ts";

const POLL_MS = 100;

/** What an earlier cdktf started and that still runs. */
export function runningRecords(run: string): readonly RunRecord[] {
  return readRecords(run).filter((record) => runOutcome(record) === "running");
}

/** Waits for every terraform that an earlier cdktf started and did not live to see the end of. */
export async function awaitEarlierRuns(terminal: Terminal, run: string, signal: AbortSignal): Promise<void> {
  const say = (line: string): void => terminal.aside(line);
  const running = runningRecords(run);
  await Promise.all(
    running.map(async (record) => {
      const { stack, verb, startedAt } = record;
      say(`${verb} of ${stack}, started ${startedAt} by a cdktf that is gone, still runs: waiting for it to end`);
      const progress = followProgress(terminal, stack);
      const tail = verb === "init" || verb === "push" ? null : followLines(record.log, progress.onLine);
      try {
        await waitUntil(() => runOutcome(record) !== "running", { pollMs: POLL_MS, signal });
      } finally {
        tail?.finish();
        terminal.status("");
      }
      if (!signal.aborted) say(`${verb} of ${stack} has ended${outcomeText(record)}`);
    }),
  );
}

function outcomeText(record: RunRecord): string {
  const outcome = runOutcome(record);
  if (outcome === 0 || (record.verb === "plan" && outcome === 2)) return "";
  return typeof outcome === "number" ? ` with exit code ${outcome}` : " without a word";
}

/** Whether a run was ended from outside, rather than ended with an error. Go programs that panic end with 2. */
export function wasCutOff(outcome: ReturnType<typeof runOutcome>): boolean {
  return outcome === "died" || (typeof outcome === "number" && outcome > 1);
}

/** Removes plans that nobody will apply any more, and states that were pushed: they hold secrets in clear. */
function sweepPlans(run: string, stack: string): void {
  const folder = join(run, stack);
  for (const name of readdirSync(folder))
    if (/\.(tfplan|pushed)$/.test(name)) rmSync(join(folder, name), { force: true });
}

/** What settling has to know and do about a stack. */
export interface Reconciliation {
  readonly state: State;
  /** Marks objects so that the next apply makes them again. */
  readonly taint: (addresses: readonly string[]) => Promise<void>;
}

/**
 * Takes the outcome of one ended run into account: objects that its apply lost are remembered, steps that were cut off are
 * marked to be done again, and the record is removed.
 */
export async function reconcileRun(
  terminal: Terminal,
  run: string,
  record: RunRecord,
  stack: Reconciliation,
): Promise<void> {
  const outcome = runOutcome(record);
  // Also of one that ended with 0, where what it said is another thing.
  if (record.verb === "apply") {
    const log = readIfThere(record.log) ?? "";
    const partial = !wasCutOff(outcome) && !isWholeLog(log);
    if (partial)
      terminal.aside(
        `the log of the last apply of ${record.stack} (${record.log}) is incomplete, as on a disk that was full: ` +
          "what was made after its last line is named nowhere; look for it in the provider's console",
      );
    const cutOff = wasCutOff(outcome) || partial;
    const { lost, unfinished, interruptedSteps } = lossOf(log, stack.state, cutOff);
    if (lost.length > 0) addLost(run, record.stack, lost);
    else if (cutOff)
      terminal.aside(`the last apply of ${record.stack} (${record.startedAt}) was cut off; no object of it is lost`);
    await stack.taint(interruptedSteps);
    for (const address of interruptedSteps) terminal.aside(`  ${address} was being done: it will be done again`);
    for (const { address, doing } of unfinished) {
      terminal.aside(`  ${address} was ${doing}: the next plan shows what is left to do`);
    }
  }
  sweepPlans(run, record.stack);
  removeRecord(run, record);
}

/** Settles all that earlier runs left. `find` gives null for a stack that the app no longer has. */
export async function reconcileEarlierRuns(
  terminal: Terminal,
  run: string,
  find: (stack: string) => Promise<Reconciliation | null>,
): Promise<void> {
  const say = (line: string): void => terminal.aside(line);
  for (const record of readRecords(run)) {
    const stack = await find(record.stack);
    if (stack !== null) await reconcileRun(terminal, run, record, stack);
    else
      say(
        `an earlier ${record.verb} of ${record.stack} is not looked through: the app has no such stack any more (${record.log})`,
      );
  }
}

const UNDER_WAY_POLL_MS = 200;

/** Whether a call may make, change or remove something. */
function changes({ interface: via, method }: LoggedCall): boolean {
  if (via === "provider") return method === "ApplyResourceChange";
  return (via === "oci" || via === "proxmox") && method !== "GET" && method !== "HEAD";
}

/**
 * The calls that may still change the sandbox's world: a service does what it was asked to do, whoever waits for the answer.
 * What such a call makes is there only once it is done, and until then nobody may take it for absent.
 */
export async function changesUnderWay(sandbox: Sandbox): Promise<readonly LoggedCall[]> {
  return (await sandbox.callsUnderWay()).filter(changes);
}

/** Waits until the sandbox has done all that it was asked for before. */
export async function awaitChanges(sandbox: Sandbox, terminal: Terminal, signal: AbortSignal): Promise<void> {
  const open = await changesUnderWay(sandbox);
  const [first] = open;
  if (first === undefined) return;
  const more = open.length === 1 ? "" : ` and ${open.length - 1} more`;
  terminal.aside(`still under way from an earlier run, and waited for: ${first.method} ${first.target}${more}`);
  await waitUntil(async () => (await changesUnderWay(sandbox)).length === 0, { pollMs: UNDER_WAY_POLL_MS, signal });
}
