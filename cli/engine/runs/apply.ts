/** Applies a plan file, and takes stock of what a failed apply left. */
import { z } from "zod";
import type { Sandbox } from "../../../sandbox/client.ts";
import { AlreadyPrinted, Interrupted, messageOf } from "../../ui/errors.ts";
import { type StackRunner, taint } from "../state/run-tool.ts";
import { stateOf } from "../state/state.ts";
import { recoverUnsavedState } from "../state/unsaved.ts";
import { showDiagnostics, showRaw } from "../terraform/diagnostics.ts";
import { type Job, runJob } from "../terraform/job.ts";
import type { Diagnostic } from "../terraform/messages.ts";
import { explainFailure, type Plan } from "../terraform/plan.ts";
import { type Expected, followProgress, type Progress } from "../terraform/progress.ts";
import { removeRecord } from "../terraform/runner.ts";
import type { Stack } from "../terraform/stack.ts";
import { applyDoubt } from "../terraform/verdict.ts";
import { reconcileRun } from "./reconcile.ts";

interface Applied {
  readonly outputs: Progress["outputs"];
  readonly counts: ReturnType<Progress["applied"]>;
}

/** Carries the numbers of what was done before it failed. */
export class ApplyFailed extends AlreadyPrinted {
  readonly counts: Applied["counts"];
  readonly interrupted: boolean;
  /** What the run said; it has been printed, unless it is awaited. */
  readonly diagnostics: readonly Diagnostic[];
  /** It is to be tried again. */
  readonly awaited: boolean;

  constructor(counts: Applied["counts"], interrupted: boolean, diagnostics: readonly Diagnostic[], awaited: boolean) {
    super();
    this.counts = counts;
    this.diagnostics = diagnostics;
    this.interrupted = interrupted;
    this.awaited = awaited;
  }
}

/** Has the tool apply a plan, and sees its state saved. */
async function run(
  runner: StackRunner,
  plan: Plan,
  label: string,
  progress: Progress,
  parallelism: number | undefined,
) {
  const { terminal, interruption, project, binary, plugins } = runner;
  const { stack, env, file } = plan;
  const args = [
    "apply",
    "-json",
    "-input=false",
    ...(parallelism === undefined ? [] : [`-parallelism=${parallelism}`]),
  ];
  const job: Job = {
    stack: stack.name,
    verb: "apply",
    command: () => [binary.path, ...args, file],
    folder: stack.folder,
    env,
    run: project.run,
    onLine: progress.onLine,
    onInterrupt: () => terminal.aside(`${label} asked to end: finishing what is under way; once more ends it at once`),
  };
  const ended = await plugins.running(() => runJob(job, interruption));
  progress.stop();
  if (ended.code !== 0)
    await recoverUnsavedState(runner, stack, ended.record.log, (line) => terminal.aside(line)).catch((error: unknown) =>
      terminal.aside(messageOf(error)),
    );
  return ended;
}

const timeouts = z.looseObject({ timeouts: z.record(z.string(), z.unknown()) });

/** Of a plan that is about to be applied. */
export function expectedOf({
  counts,
  stack,
}: Pick<Plan, "counts"> & { readonly stack: Pick<Plan["stack"], "resources"> }): Expected {
  const { add, change, replace, destroy } = counts;
  return {
    total: add + change + destroy + 2 * replace,
    patience(address, action) {
      const [type = "", name = ""] = address.split(".");
      const limit = timeouts.safeParse(stack.resources[type]?.[name]).data?.timeouts[action];
      return typeof limit === "string" ? limit : null;
    },
  };
}

/** How a plan is applied. */
interface ApplyOptions {
  readonly terraformParallelism?: number;
  /** Errors that are waited out, and not printed. @default - none */
  readonly awaits?: (diagnostics: readonly Diagnostic[]) => boolean;
  /** Whose page shows how far it has come. @default - none */
  readonly sandbox?: Pick<Sandbox, "setProgress"> | null;
}

/** Says what a run failed of, and what to do about it. */
function sayFailure(
  runner: StackRunner,
  stack: Stack,
  { code, errors }: Pick<Awaited<ReturnType<typeof run>>, "code" | "errors">,
  progress: Progress,
  doubt: string | null,
): void {
  const { terminal, interruption, binary } = runner;
  showDiagnostics(terminal, stack.name, progress.diagnostics);
  showRaw(terminal, `${stack.name}: ${binary.path} writes:`, errors);
  if (code > 128) terminal.aside(`Error in ${stack.name}: ${binary.path} was killed (signal ${code - 128})`);
  else if (doubt !== null) terminal.aside(`Error in ${stack.name}: ${binary.path}: ${doubt}`);
  else if (!(interruption.signal.reason instanceof Interrupted))
    explainFailure(runner, stack, code, progress.diagnostics);
}

/** Applies a plan. @throws ApplyFailed, after errors were printed and losses recorded */
export async function applyPlan(
  runner: StackRunner,
  plan: Plan,
  label: string,
  options: ApplyOptions,
): Promise<Applied> {
  const { terminal, interruption, project } = runner;
  const { stack, env } = plan;
  interruption.signal.throwIfAborted();
  const expected = expectedOf(plan);
  // The page may not be there to be told: that is no matter of the deploy.
  const tell = (told: { done: number; total: number; current: string | null } | null): void =>
    void options.sandbox?.setProgress(stack.name, told).catch(() => undefined);
  const progress = followProgress(terminal, label, {
    ...expected,
    tell: (done, current) => tell({ done, total: expected.total, current }),
  });
  const { code, errors, record } = await run(runner, plan, label, progress, options.terraformParallelism).finally(() =>
    tell(null),
  );
  // What it has made is masked before anything more is said, here and of the stacks that read it.
  const state = stateOf(runner, stack);
  await state.catch(() => undefined);
  const { add, replace, destroy } = plan.counts;
  const doubt = applyDoubt(code, progress, { add: add + replace, remove: destroy + replace });
  if (code === 0 && doubt === null) {
    removeRecord(project.run, record);
    showDiagnostics(terminal, stack.name, progress.diagnostics);
    return { outputs: progress.outputs, counts: progress.applied() };
  }
  const interrupted = interruption.signal.reason instanceof Interrupted;
  const awaited = !interruption.signal.aborted && doubt === null && options.awaits?.(progress.diagnostics) === true;
  if (!awaited) sayFailure(runner, stack, { code, errors }, progress, doubt);
  await reconcileRun(terminal, project.run, record, {
    state: await state,
    taint: (addresses) => taint(runner, stack, env, addresses),
  });
  throw new ApplyFailed(progress.applied(), interrupted, progress.diagnostics, awaited);
}
