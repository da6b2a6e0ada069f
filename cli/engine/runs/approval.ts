/** Asks before anything is changed: once for all stacks, and again only for what was not shown then. */
import { randomBytes } from "node:crypto";
import { AlreadyPrinted } from "../../ui/errors.ts";
import { confirm } from "../../ui/terminal.ts";
import { list } from "../../ui/words.ts";
import { isDeployed, NO_STATE } from "../state/state.ts";
import type { Plan, PlanOptions } from "../terraform/plan.ts";
import type { Begun, Initialized, RunOptions } from "./begin.ts";
import { discardAll, planAll, type PlannedAhead, showPlans, type States, statesOf } from "./plan-all.ts";
import { beyond, reviewKey, type Seen, seenIn } from "./plan-digest.ts";
import { planDocument } from "./plan-document.ts";
import { counted, showReview, summaryOf } from "./review-text.ts";
import type { StackReview } from "./review.ts";
import type { Session } from "./session.ts";
import { stackReview } from "./stack-review.ts";

type Verb = "deploy" | "destroy";

/** Whether the plan of a stack, made just now, may be applied. */
export type Approve = (plan: Plan, label: string) => Promise<boolean>;

/** What was shown to the user, by stack; values are compared within this run only, so the key lives no longer. */
interface Shown {
  readonly key: ReturnType<typeof reviewKey>;
  readonly stacks: ReadonlyMap<string, readonly Seen[]>;
}

const oneTimeKey = (): Shown["key"] => reviewKey(randomBytes(32).toString("hex"));

/** One question at a time, however many stacks run. */
function inTurn(): <T>(ask: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (ask) => {
    const answer = last.then(ask);
    last = answer.catch(() => undefined);
    return answer;
  };
}

/** Where a host is launched is none of what was asked about: a deploy that waits for capacity moves it to where there is room. */
function anywhere(seen: Seen): Seen {
  if (seen.action !== "create" || !seen.address.startsWith("oci_core_instance.")) return seen;
  return { ...seen, values: new Map([...seen.values].filter(([path]) => path !== "availability_domain")) };
}

function approver(verb: Verb, session: Session, { key, stacks }: Shown): Approve {
  const { terminal, interruption } = session;
  const turn = inTurn();
  const known = new Map(stacks);
  return async (plan, label) => {
    const document = plan.changes.length > 0 ? await planDocument(session, plan) : null;
    const summary = summaryOf(stackReview(plan, null));
    terminal.line(`${label} ${summary}`);
    const shown = known.get(plan.stack.name);
    const seenNow = document === null ? [] : seenIn(plan, document, key).map(anywhere);
    const more = shown === undefined ? [] : beyond(shown, seenNow);
    if (shown !== undefined && more.length === 0) return true;
    const show = (detailed: boolean): void => showReview(terminal, stackReview(plan, document, detailed), detailed);
    const approved = await turn(async () => {
      if (more.length > 0) terminal.line(`${label} this is more than was shown before:`);
      for (const line of more) terminal.line(`  ${line}`);
      if (shown === undefined) show(false);
      const question = `${verb} ${plan.stack.name}: ${summary}`;
      return confirm(terminal, question, interruption.signal, async () => show(true));
    });
    if (approved) known.set(plan.stack.name, seenNow);
    else terminal.line(`${label} not approved: nothing was changed`);
    return approved;
  };
}

/** Asks about each stack in its turn. */
export function askEach(verb: Verb, { session }: Pick<Begun, "session">): Approve {
  return approver(verb, session, { key: oneTimeKey(), stacks: new Map() });
}

/** What all plans come to, and what the lab costs then. */
function questionOf(verb: Verb, { assembly }: Session, reviews: readonly StackReview[]): string {
  const changed = reviews.filter(({ status }) => status === "changed");
  const sum = (part: "add" | "change" | "replace" | "destroy" | "imports"): number =>
    changed.reduce((total, review) => total + review[part], 0);
  const counts = { add: sum("add"), change: sum("change"), replace: sum("replace"), destroy: sum("destroy") };
  const what = counted(counts, sum("imports")) || "outputs change, no object does";
  const cost = verb === "deploy" ? assembly.lab?.freeTier?.table.trimEnd().split("\n").at(-1) : undefined;
  return `${cost === undefined ? "" : `${cost}\n`}${verb} ${list(changed.map(({ name }) => name))}: ${what}`;
}

async function seen(key: Shown["key"], all: readonly PlannedAhead[]): Promise<Shown["stacks"]> {
  const found = await Promise.all(
    all.map(async ({ planned }) => {
      if (planned === null) return [];
      const { plan, document } = planned;
      return [
        [plan.stack.name, plan.changes.length === 0 ? [] : seenIn(plan, await document(), key).map(anywhere)] as const,
      ];
    }),
  );
  return new Map(found.flat());
}

/** @throws AlreadyPrinted for a stack that cannot be planned, though nothing before it would change */
function refuseFailed({ session, stacks, label }: Begun, reviews: readonly StackReview[]): void {
  session.interruption.signal.throwIfAborted();
  const changes = new Set(reviews.filter(({ status }) => status !== "unchanged").map(({ name }) => name));
  for (const [index, { status }] of reviews.entries()) {
    const info = stacks[index];
    if (info === undefined || status !== "failed") continue;
    if (!info.dependencies.some((name) => changes.has(name))) throw new AlreadyPrinted();
    session.terminal.line(`${label(info)} cannot be planned before ${list(info.dependencies)}: asked about then`);
  }
}

/** Those of which there is something to plan: what is not deployed cannot be destroyed. */
function concerned(verb: Verb, begun: Begun, states: States): Begun {
  if (verb === "deploy") return begun;
  return { ...begun, stacks: begun.stacks.filter(({ name }) => isDeployed(states.get(name) ?? NO_STATE)) };
}

/**
 * Plans all stacks ahead, shows that, and asks once. A single stack is planned and asked about in its turn.
 *
 * @returns null where the answer is no: nothing is to be changed then
 * @throws AlreadyPrinted where a stack cannot be planned
 */
export async function askAhead(
  verb: Verb,
  every: Begun,
  initialized: Initialized,
  options: RunOptions & PlanOptions,
): Promise<Approve | null> {
  const { session } = every;
  const { terminal, interruption } = session;
  const states = await statesOf(every);
  const begun = concerned(verb, every, states);
  if (begun.stacks.length < 2) return askEach(verb, begun);
  const all = await planAll(begun, initialized, states, { ...options, destroy: verb === "destroy" }, false);
  try {
    const reviews = all.map(({ review }) => review);
    showPlans(begun, reviews, false);
    refuseFailed(begun, reviews);
    const details = async (): Promise<void> => {
      const detailed = all.map(async ({ review, planned }) =>
        planned === null ? review : stackReview(planned.plan, await planned.document(), true, planned.after),
      );
      showPlans(begun, await Promise.all(detailed), true);
    };
    const asks = reviews.some(({ status }) => status === "changed");
    if (asks && !(await confirm(terminal, questionOf(verb, session, reviews), interruption.signal, details))) {
      terminal.line("not approved: nothing was changed");
      return null;
    }
    const key = oneTimeKey();
    return approver(verb, session, { key, stacks: await seen(key, all) });
  } finally {
    discardAll(all);
  }
}
