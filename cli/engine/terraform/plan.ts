/** Runs `plan -out`: the one path for diff, deploy and destroy. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { AlreadyPrinted, CliError, Interrupted } from "../../ui/errors.ts";
import { learnVariables } from "../../ui/mask-documents.ts";
import type { Environment } from "../synth/environment.ts";
import { adviceOn, errorTexts, heldLock, showDiagnostics, showRaw, standInAdvice } from "./diagnostics.ts";
import { forgetInit, initialize } from "./init.ts";
import { type Job, runJob } from "./job.ts";
import type { Diagnostic, OutputChange } from "./messages.ts";
import { type Drift, followProgress, type PlannedChange, type Progress } from "./progress.ts";
import { removeRecord, type Runner } from "./runner.ts";
import type { Stack } from "./stack.ts";
import { planVerdict } from "./verdict.ts";

/** Options of a plan. */
export interface PlanOptions {
  readonly destroy?: boolean;
  readonly refreshOnly?: boolean;
  /** False: the providers are not asked what has changed outside, so they need not be reached. @default true */
  readonly refresh?: boolean;
  /** Addresses of objects to be made anew. */
  readonly replace?: readonly string[];
  readonly terraformParallelism?: number;
  readonly var?: readonly string[];
  readonly varFile?: readonly string[];
}

/** Numbers of objects. A replaced one counts as that alone, not as one more and one less. */
export interface Counts {
  readonly add: number;
  readonly change: number;
  readonly replace: number;
  readonly destroy: number;
}

/** A plan that was made. */
export interface Plan {
  readonly stack: Stack;
  readonly env: Environment;
  /** Holds values in clear, sensitive ones too: delete it when it is of no more use. */
  readonly file: string;
  /** False when an apply would do nothing at all. */
  readonly pending: boolean;
  readonly counts: Counts;
  readonly imported: number;
  readonly changes: readonly PlannedChange[];
  readonly drift: readonly Drift[];
  readonly outputs: Readonly<Record<string, OutputChange>>;
}

/** A plan that could not be made; its errors have been printed, and are in it as text for a review. */
export class PlanFailed extends AlreadyPrinted {
  readonly said: string;

  constructor(said: string) {
    super();
    this.said = said;
  }
}

/** What `init` would put right: a plugin cache that was emptied, a folder that was cleaned. */
const INIT_NEEDED =
  /Required plugins are not installed|Inconsistent dependency lock file|[Ii]nitialization required|Module not installed/;

function needsInit({ summary, detail }: Diagnostic): boolean {
  return INIT_NEEDED.test(`${summary} ${detail}`);
}

function planArguments(options: PlanOptions): readonly string[] {
  return [
    ...(options.destroy ? ["-destroy"] : []),
    ...(options.refreshOnly ? ["-refresh-only"] : []),
    ...(options.refresh === false ? ["-refresh=false"] : []),
    ...(options.replace ?? []).map((address) => `-replace=${address}`),
    ...(options.terraformParallelism === undefined ? [] : [`-parallelism=${options.terraformParallelism}`]),
    ...(options.varFile ?? []).map((file) => `-var-file=${file}`),
    ...(options.var ?? []).map((value) => `-var=${value}`),
  ];
}

function countOf(changes: readonly PlannedChange[]): Counts {
  const count = (action: PlannedChange["action"]): number =>
    changes.filter((change) => change.action === action).length;
  return { add: count("create"), change: count("update"), replace: count("replace"), destroy: count("delete") };
}

/** Deletes a plan file. */
export function discard(plan: Plan): void {
  rmSync(plan.file, { force: true });
}

/** One try. Null where `init` would put right what is wrong. */
async function tryPlan(
  runner: Runner,
  stack: Stack,
  env: Environment,
  label: string,
  options: PlanOptions,
  again: boolean,
): Promise<Plan | null> {
  const { terminal, interruption, project, binary, tools, plugins } = runner;
  const fileOf = (id: string): string => join(project.run, stack.name, `${id}.tfplan`);
  interruption.signal.throwIfAborted();
  terminal.status(terminal.colors.dim(`${label} planning`));
  const progress = followProgress(terminal, label);
  const args = ["plan", "-json", "-input=false", "-detailed-exitcode", ...planArguments(options)];
  const job: Job = {
    stack: stack.name,
    verb: "plan",
    command: (id) => [binary.path, ...args, `-out=${fileOf(id)}`],
    folder: stack.folder,
    env,
    run: project.run,
    onLine: progress.onLine,
  };
  const { code, cut, errors, record } = await plugins.running(() => runJob(job, interruption));
  terminal.status("");
  // A plan changes nothing, however it ended.
  removeRecord(project.run, record);
  const file = fileOf(record.id);
  const failed = code !== 0 && code !== 2;
  const otherTool = progress.tool === null ? null : tools.compare(binary, progress.tool);
  if (failed || cut || otherTool !== null || interruption.signal.aborted) rmSync(file, { force: true });
  if (interruption.signal.reason instanceof Interrupted) throw interruption.signal.reason;
  if (otherTool !== null) throw new CliError(otherTool);
  if (cut)
    throw new CliError(
      `${stack.name}: what ${binary.path} said of its plan ends in mid-line, as on a disk that is full: make room where ${project.run} is, and run this again`,
    );
  if (failed && !again && progress.diagnostics.some(needsInit)) return null;
  showDiagnostics(terminal, stack.name, progress.diagnostics);
  showRaw(terminal, `${stack.name}: ${binary.path} writes:`, errors);
  if (failed) {
    explainFailure(runner, stack, code, progress.diagnostics);
    throw new PlanFailed([...errorTexts(progress.diagnostics), errors.trim()].join("\n").trim());
  }
  return { ...planned(progress, code, file, `${stack.name}: ${binary.path}`, options), stack, env, file };
}

/** What a plan that was made comes to. @throws CliError, with the plan deleted, where its exit code and its words disagree */
function planned(
  progress: Progress,
  code: number,
  file: string,
  who: string,
  { refreshOnly = false }: PlanOptions,
): Omit<Plan, "stack" | "env" | "file"> {
  const { changes, drift, outputs } = progress;
  const verdict = planVerdict(code === 2 ? 2 : 0, progress, refreshOnly);
  if ("refused" in verdict || !existsSync(file)) {
    rmSync(file, { force: true });
    throw new CliError(`${who}: ${"refused" in verdict ? verdict.refused : "it saved no plan"}`);
  }
  const imported = changes.filter(({ action }) => action === "import").length;
  return { pending: verdict.pending, counts: countOf(changes), imported, changes, drift, outputs };
}

/** Plans a stack, initializing it first where needed. Errors have been printed when it throws `AlreadyPrinted`. */
export async function planStack(
  runner: Runner,
  stack: Stack,
  env: Environment,
  label: string,
  options: PlanOptions,
): Promise<Plan> {
  learnVariables(stack.sensitiveVariables, options, env);
  for (let again = false; ; again = true) {
    await initialize(runner, stack, env);
    const plan = await tryPlan(runner, stack, env, label, options, again);
    if (plan !== null) return plan;
    forgetInit(stack);
  }
}

/** What the tool's own words leave open. */
export function explainFailure(
  { terminal, binary, project }: Runner,
  stack: Stack,
  code: number,
  diagnostics: readonly Diagnostic[],
): void {
  for (const line of adviceOn(stack, diagnostics)) terminal.aside(line);
  if (project.sandbox) for (const line of standInAdvice(project.providers, diagnostics)) terminal.aside(line);
  const lock = heldLock(diagnostics);
  if (lock !== undefined) {
    terminal.aside(
      `The state of ${stack.name} is locked. When nothing works on it any more: (cd ${stack.folder} && ${binary.path} force-unlock ${lock})`,
    );
  }
  if (diagnostics.every(({ severity }) => severity !== "error")) {
    terminal.aside(`Error in ${stack.name}: ${binary.path} ended with exit code ${code} and said nothing`);
  }
}
