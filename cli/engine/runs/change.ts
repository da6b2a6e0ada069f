/** Deploys or destroys stacks in their order, with one question, and reports the outcome. */
import { resolve } from "node:path";
import { printDocument } from "../../ui/document.ts";
import { AlreadyPrinted, CliError } from "../../ui/errors.ts";
import type { StackInfo } from "../synth/assembly.ts";
import { withLabLock } from "../synth/command-context.ts";
import type { Approve } from "./approval.ts";
import { atATime, begin, type Begun, type Initialized, initializeAhead, type RunOptions } from "./begin.ts";
import { type CapacityOptions, findRoom } from "./capacity-wait.ts";
import { changeStack, type StackChange } from "./change-stack.ts";
import type { LockOptions } from "./locked-machines.ts";
import { type LossOptions, reportLosses, resolveLostObjects } from "./losses.ts";
import { checkUpgrades, learnUpstream, requireNoDownstream, requireUpstream } from "./preconditions.ts";
import { NOTHING_LOST, refuseLostStates } from "./recover.ts";
import { counted, summaryOf } from "./review-text.ts";
import { prove, type Reviewed, reviewedOf } from "./reviewed.ts";
import { readSaved } from "./saved-plans.ts";
import { result, runInOrder, type StackResult, type Status } from "./schedule.ts";
import type { Session } from "./session.ts";
import { stackReview } from "./stack-review.ts";
import { sayWhatNext } from "./what-next.ts";

/** Options of deploy and destroy. */
export interface ChangeOptions extends RunOptions, LossOptions, LockOptions, CapacityOptions {
  readonly autoApprove?: boolean;
  readonly ignoreMissingStackDependencies?: boolean;
  /** Folder of plans that were saved and reviewed: what they do is done, without a question. */
  readonly plan?: string;
  /** What these plans have to be of. */
  readonly review?: string;
}

type Verb = StackChange["verb"];

const UNFINISHED: ReadonlySet<Status> = new Set(["failed", "declined", "interrupted", "skipped"]);

/** Says what each plan comes to. */
function withoutAsking({ terminal }: Session): Approve {
  return async (plan, label) => {
    terminal.line(`${label} ${summaryOf(stackReview(plan, null))}`);
    return true;
  };
}

/** @param imports whether objects are imported, which their own plan alone shows */
async function approval(
  verb: Verb,
  begun: Begun,
  initialized: Initialized,
  options: ChangeOptions,
  imports: boolean,
): Promise<Approve | null> {
  if (options.autoApprove || options.plan !== undefined) return withoutAsking(begun.session);
  // Loaded for people only: it plans ahead.
  const { askAhead, askEach } = await import("./approval.ts");
  return imports ? askEach(verb, begun) : askAhead(verb, begun, initialized, options);
}

async function changeAll(
  verb: Verb,
  begun: Begun,
  options: ChangeOptions,
  reviewed: ReadonlyMap<string, Reviewed>,
): Promise<readonly StackResult[]> {
  const { session, stacks, label } = begun;
  await refuseLostStates(session, verb, stacks, options);
  const recoveries = await resolveLostObjects(session, verb, stacks, options);
  if (verb === "deploy") await checkUpgrades(session, stacks);
  // A host that a killed run launched is where that run noted it: it stays there, and is taken in.
  if (verb === "deploy" && reviewed.size === 0 && recoveries.size === 0) await findRoom(begun, options);
  const initialized = initializeAhead(session, stacks);
  const approve = await approval(verb, begun, initialized, options, recoveries.size > 0);
  if (approve === null) return stacks.map(({ name }) => result(name, "declined"));
  const results = new Map<string, StackResult>();
  const waitsFor = ({ name, dependencies }: StackInfo): readonly string[] =>
    verb === "deploy"
      ? dependencies
      : stacks.filter((each) => each.dependencies.includes(name)).map((each) => each.name);
  const skipped = await runInOrder(
    stacks,
    waitsFor,
    atATime(options.parallelism),
    async (info) => {
      const outcome = await changeStack({
        verb,
        session,
        info,
        label: label(info),
        options,
        recovery: recoveries.get(info.name) ?? NOTHING_LOST,
        reviewed: reviewed.get(info.name) ?? null,
        initialized: () => initialized(info),
        approve,
      });
      results.set(info.name, outcome);
      return UNFINISHED.has(outcome.status) ? "failed" : "done";
    },
    session.interruption.signal,
  );
  for (const { name } of skipped) results.set(name, result(name, "skipped"));
  return stacks.flatMap(({ name }) => results.get(name) ?? []);
}

/** Says what was cut short, and that it can be taken up again. Silent when all went well. */
function summarize(verb: Verb, { session, stacks, label }: Begun, results: readonly StackResult[]): void {
  const { terminal, interruption } = session;
  if (!results.some(({ status }) => UNFINISHED.has(status))) return;
  if (results.every(({ status }) => status === "declined")) return;
  for (const info of stacks) {
    const found = results.find(({ name }) => name === info.name);
    if (found === undefined) continue;
    const done = counted(found, 0, "done");
    const sofar = done === "" || !["failed", "interrupted"].includes(found.status) ? "" : ` after ${done}`;
    terminal.aside(`${label(info)} ${found.status}${sofar}`);
  }
  if (interruption.signal.aborted) {
    terminal.aside(`interrupted: what was done is in the state, and \`cdktf ${verb}\` goes on from there`);
  }
}

/** What was reviewed was planned in one way. */
function refuseOtherWishes(options: ChangeOptions): void {
  const { refresh = true, refreshOnly, recover, recoverId } = options;
  const wishes = {
    "--no-refresh": refresh ? undefined : refresh,
    "--refresh-only": refreshOnly,
    "--recover": recover,
    "--recover-id": recoverId,
  };
  for (const [flag, wish] of Object.entries(wishes)) {
    if (wish !== undefined) throw new CliError(`--plan applies what was reviewed: ${flag} belongs to \`cdktf diff\``);
  }
}

/**
 * Plans, asks and applies.
 *
 * @param after runs while the lab is still ours, with what became of each stack
 */
export async function changeStacks(
  verb: Verb,
  names: readonly string[],
  options: ChangeOptions,
  after: (begun: Begun, results: readonly StackResult[]) => Promise<void> = async () => undefined,
): Promise<number> {
  const started = performance.now();
  return withLabLock(options, `cdktf ${verb}`, async (context) => {
    const { terminal, interruption } = context;
    const folder = options.plan === undefined ? null : resolve(options.plan);
    const saved = folder === null ? null : readSaved(folder);
    if (saved !== null) refuseOtherWishes(options);
    else if (options.review !== undefined) throw new CliError("--review names the plans of --plan, which is not given");
    if (!options.autoApprove && saved === null && !terminal.interactive) {
      throw new CliError(
        `cdktf ${verb} asks before it changes anything, and there is no terminal to ask on: pass --auto-approve`,
      );
    }
    const chosen = names.length === 0 && saved !== null ? saved.plans.stacks.map(({ name }) => name) : names;
    let begun = await begin(context, chosen, options);
    try {
      const proven =
        saved === null || folder === null ? null : await prove(begun.session, saved, folder, options.review ?? null);
      if (verb === "deploy" && begun.session.sandbox === null) {
        // Loaded for real accounts only: the sandbox takes an image's word for it.
        const { provideHostImage } = await import("./host-image.ts");
        if (await provideHostImage(begun.session, begun.stacks)) {
          begun.session.close();
          begun = await begin(context, chosen, { ...options, skipSynth: false });
        }
      }
      const { session, stacks } = begun;
      if (chosen.length === 0) {
        terminal.aside(`no stack named: ${verb}ing all of them (${stacks.map(({ name }) => name).join(", ")})`);
      }
      if (!options.ignoreMissingStackDependencies) {
        await (verb === "deploy" ? requireUpstream : requireNoDownstream)(session, stacks);
      }
      if (options.ignoreMissingStackDependencies || verb === "destroy") await learnUpstream(session, stacks);
      const reviewed = proven === null ? new Map<string, Reviewed>() : await reviewedOf(session, stacks, proven);
      const results = await changeAll(verb, begun, options, reviewed);
      summarize(verb, begun, results);
      if (verb === "deploy") sayWhatNext(begun, results, started);
      await reportLosses(session, verb);
      await after(begun, results);
      if (options.json) printDocument({ stacks: results });
      interruption.signal.throwIfAborted();
      if (results.some(({ status }) => UNFINISHED.has(status))) throw new AlreadyPrinted();
      return 0;
    } finally {
      begun.session.close();
    }
  });
}
