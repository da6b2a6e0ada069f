/** `deploy --plan`: plans again, and refuses what goes beyond the review. */
import { AlreadyPrinted, CliError } from "../../ui/errors.ts";
import { list } from "../../ui/words.ts";
import { stateOf } from "../state/state.ts";
import type { StackInfo } from "../synth/assembly.ts";
import { discard, type Plan, type PlanOptions } from "../terraform/plan.ts";
import { beyond, type ReviewKey, type Seen, seenIn } from "./plan-digest.ts";
import { planDocument } from "./plan-document.ts";
import { configurationOf, type SavedPlans, type SavedStack, toolOf, type Unproven } from "./saved-plans.ts";
import type { Session } from "./session.ts";

/** What was reviewed, proven to be that. */
interface Proven {
  readonly plans: SavedPlans;
  readonly folder: string;
  readonly key: ReviewKey;
}

/** What was reviewed of one stack. */
export interface Reviewed {
  readonly saved: SavedStack;
  readonly key: ReviewKey;
  /** Plans as the reviewed one was planned. */
  readonly options: Pick<PlanOptions, "refresh" | "refreshOnly">;
}

/**
 * @param review what the plans have to be of
 * @throws CliError unless the lab's secrets vouch for them, and for what they are of
 */
export async function prove(session: Session, saved: Unproven, folder: string, review: string | null): Promise<Proven> {
  const key = await session.reviewKey();
  if (key === null) throw new CliError("--plan: this app is no lab, so there are no secrets that vouch for plans");
  const plans = saved.prove(key);
  if (plans.review === review) return { plans, folder, key };
  const [of, wanted] = [plans.review, review].map((each) => (each === null ? "no named review" : `review ${each}`));
  throw new CliError(`--plan: the plans in ${folder} are of ${of}, and --review asks for ${wanted}`);
}

/** Why saved plans are not good any more; null when they are. */
async function staleness(session: Session, info: StackInfo, saved: SavedStack): Promise<string | null> {
  if (configurationOf(info) !== saved.configuration)
    return `${info.name} is synthesized otherwise than when it was planned`;
  const { serial, lineage } = await stateOf(session, session.stack(info));
  if (lineage === saved.state.lineage && serial === saved.state.serial) return null;
  if (saved.state.lineage === "") return `${info.name} was not deployed when it was planned, and is now`;
  if (lineage !== saved.state.lineage) return `${info.name} has another state than when it was planned`;
  return `the state of ${info.name} has gone on since, from serial ${saved.state.serial} to ${serial}`;
}

/**
 * What was reviewed of these stacks, by name.
 *
 * @throws CliError, before anything is changed, when a plan is stale or missing, or another tool's
 */
export async function reviewedOf(
  session: Session,
  stacks: readonly StackInfo[],
  { plans, folder, key }: Proven,
): Promise<ReadonlyMap<string, Reviewed>> {
  const again = `plan again with \`cdktf diff --out ${folder}\``;
  if (plans.tool !== toolOf(session.binary))
    throw new CliError(`--plan: the plans are ${plans.tool}'s, and this is ${toolOf(session.binary)}: ${again}`);
  const missing = stacks.filter(({ name }) => !plans.stacks.some((saved) => saved.name === name));
  if (missing.length > 0)
    throw new CliError(`--plan: no plan of ${list(missing.map(({ name }) => name))} was saved: ${again}`);
  const found = plans.stacks.flatMap((saved) => {
    const info = stacks.find(({ name }) => name === saved.name);
    return info === undefined ? [] : [{ info, saved }];
  });
  const stale = (await Promise.all(found.map(({ info, saved }) => staleness(session, info, saved)))).flatMap(
    (why) => why ?? [],
  );
  if (stale.length > 0) throw new CliError(`--plan is stale, and nothing was changed: ${stale.join("; ")}; ${again}`);
  const options = { refresh: plans.refresh !== "no", refreshOnly: plans.refresh === "only" };
  return new Map(found.map(({ saved }) => [saved.name, { saved, key, options }]));
}

/** Refuses a plan made just now that would do more than the reviewed one; it is discarded then. */
export async function refuseBeyond(
  session: Session,
  label: string,
  plan: Plan,
  { saved, key }: Reviewed,
): Promise<void> {
  if (plan.changes.length === 0) return;
  const reviewed = saved.changes.map(({ address, action, values }): Seen => {
    return { address, action, values: new Map(Object.entries(values)) };
  });
  const more = beyond(reviewed, seenIn(plan, await planDocument(session, plan), key));
  if (more.length === 0) return;
  discard(plan);
  session.terminal.aside(
    `${label} not deployed: planned now, it would do more than was reviewed; look at it with \`cdktf diff ${saved.name}\``,
  );
  for (const line of more) session.terminal.aside(`  ${line}`);
  throw new AlreadyPrinted();
}
