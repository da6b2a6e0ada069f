/** Begins a run of diff, deploy or destroy. */
import { messageOf } from "../../ui/errors.ts";
import { column } from "../../ui/words.ts";
import { taint } from "../state/run-tool.ts";
import { stateOf } from "../state/state.ts";
import { recoverUnsavedState } from "../state/unsaved.ts";
import { requireConfiguredLocation } from "../state/whereabouts.ts";
import type { StackInfo } from "../synth/assembly.ts";
import type { CommandContext, CommonOptions } from "../synth/command-context.ts";
import { inOrder, select } from "../synth/stack-order.ts";
import { initialize } from "../terraform/init.ts";
import type { PlanOptions } from "../terraform/plan.ts";
import { readRecords, type RunRecord } from "../terraform/runner.ts";
import { awaitChanges, awaitEarlierRuns, reconcileEarlierRuns, runningRecords } from "./reconcile.ts";
import { openSession, type Session } from "./session.ts";

/** Options of diff, deploy and destroy. */
export interface RunOptions extends CommonOptions, Omit<PlanOptions, "destroy"> {
  /** How many stacks at a time; -1 means as many as there are. */
  readonly parallelism?: number;
}

/** A run that has begun. */
export interface Begun {
  readonly session: Session;
  /** The chosen stacks in dependency order. */
  readonly stacks: readonly StackInfo[];
  /** Stack names, all of one width. */
  label(stack: StackInfo): string;
}

/**
 * Opens again what an earlier run may wait for: the sandbox, or tunnels that went with the cdktf that had opened them. By what was
 * synthesized for it, and without a word, as nothing of this session is used but that.
 */
async function openAgain(context: CommandContext, working: readonly RunRecord[]): Promise<Session | null> {
  if (working.length === 0) return null;
  const { terminal } = context;
  try {
    const session = await openSession({ ...context, terminal: { ...terminal, aside: () => undefined } }, true);
    const named = session.assembly.stacks.filter(({ name }) => working.some(({ stack }) => stack === name));
    await Promise.all(named.map((info) => session.connect(info)));
    return session;
  } catch (error) {
    terminal.aside(`what that may wait for cannot be opened again: ${messageOf(error)}`);
    return null;
  }
}

/** Waits for what earlier runs have left at work. */
async function waitForEarlierRuns(context: CommandContext): Promise<void> {
  const { project, terminal, interruption } = context;
  const working = runningRecords(project.run).filter(({ verb }) => verb === "plan" || verb === "apply");
  const opened = openAgain(context, working);
  try {
    await awaitEarlierRuns(terminal, project.run, interruption.signal);
  } finally {
    (await opened)?.close();
  }
}

/** Waits for what still runs, synthesizes, chooses, and takes stock of what earlier runs have left. */
export async function begin(context: CommandContext, names: readonly string[], options: RunOptions): Promise<Begun> {
  const { project, terminal, interruption } = context;
  await waitForEarlierRuns(context);
  const session = await openSession(context, options.skipSynth);
  if (session.sandbox !== null) await awaitChanges(session.sandbox, terminal, interruption.signal);
  const all = session.assembly.stacks;
  const stacks = select(all, names);
  const unsettled = readRecords(project.run).filter(({ verb }) => verb === "apply");
  for (const info of all) {
    const log = unsettled.find(({ stack }) => stack === info.name)?.log ?? null;
    await recoverUnsavedState(session, session.stack(info), log, (line) => terminal.aside(line));
  }
  for (const info of new Set([...stacks, ...all])) await requireConfiguredLocation(session, session.stack(info));
  await reconcileEarlierRuns(terminal, project.run, async (name) => {
    const info = all.find((stack) => stack.name === name);
    if (info === undefined) return null;
    const stack = session.stack(info);
    return {
      state: await stateOf(session, stack),
      taint: async (addresses) => {
        if (addresses.length === 0) return;
        const env = session.environment(stack);
        await initialize(session, stack, env);
        await taint(session, stack, env, addresses);
      },
    };
  });
  const padded = column(stacks.map(({ name }) => name));
  return { session, stacks: inOrder(stacks), label: ({ name }) => terminal.colors.bold(padded(name)) };
}

/** What to wait for before a stack is planned. */
export type Initialized = (stack: StackInfo) => Promise<void>;

/**
 * Initializes the stacks one after the other, ahead of their turn: it needs nothing from the stacks before, and one at a
 * time, as terraform's plugin cache bears no more (beside plans: `PluginTurns`).
 */
export function initializeAhead(session: Session, stacks: readonly StackInfo[]): Initialized {
  const ready = new Map<StackInfo, Promise<void>>();
  let before: Promise<unknown> = Promise.resolve();
  for (const info of stacks) {
    const stack = session.stack(info);
    const initialized = before.then(() => initialize(session, stack, session.environment(stack)));
    // A failure goes to the one who waits for this stack, and does not keep the next from its turn.
    before = initialized.catch(() => undefined);
    ready.set(info, initialized);
  }
  return async (stack) => ready.get(stack);
}

/** As a number of stacks at a time. */
export function atATime(parallelism: number | undefined): number {
  return parallelism === undefined || parallelism < 1 ? Infinity : parallelism;
}
