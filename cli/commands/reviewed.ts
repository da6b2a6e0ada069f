/** `deploy --plan`: does what was reviewed, and nothing beyond. */
import { join } from "node:path";
import { AlreadyTold, CliError } from "../errors.ts";
import { beyond } from "../review/beyond.ts";
import { configurationOf } from "../review/configuration.ts";
import { planDocument } from "../review/plan-document.ts";
import { seenIn, toolOf } from "../review/save.ts";
import { openSaved, type SavedPlans, type SavedStack } from "../review/saved.ts";
import type { SealKey } from "../review/seal.ts";
import { list } from "../show/words.ts";
import type { StackInfo } from "../synth/assembly.ts";
import { discard, type Plan } from "../terraform/plan.ts";
import type { Stack } from "../terraform/stack.ts";
import { stateOf } from "../terraform/state.ts";
import type { Session } from "./session.ts";

/** What was reviewed of one stack. */
export interface Reviewed {
  readonly saved: SavedStack;
  /** The plan as it was saved; null for a stack that has to be planned again, as others had to be deployed first. */
  readonly open: ((session: Session, stack: Stack) => Plan) | null;
}

function opener(folder: string, saved: SavedStack, key: SealKey): Reviewed["open"] {
  if (saved.after.length > 0) return null;
  return (session, stack) => {
    const file = join(session.project.run, `${stack.name}.reviewed.tfplan`);
    openSaved(folder, saved, key, file);
    const { pending, counts, imported } = saved;
    const changes = saved.changes.map(({ address, action, reason }) => ({ address, action, reason }));
    return { stack, env: session.environment(stack), file, pending, counts, imported, changes, drift: [], outputs: {} };
  };
}

/** Why a saved plan is not good any more; null when it is. */
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
  plans: SavedPlans,
  folder: string,
): Promise<ReadonlyMap<string, Reviewed>> {
  const again = `plan again with \`cdktf diff --out ${folder}\``;
  const { planKey } = session;
  if (planKey === null) throw new CliError("--plan: this app is no lab, so there are no secrets to open plans with");
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
  return new Map(found.map(({ saved }) => [saved.name, { saved, open: opener(folder, saved, planKey) }]));
}

/** Refuses a plan made just now that would do more than the reviewed one; it is discarded then. */
export async function refuseBeyond(session: Session, label: string, plan: Plan, { saved }: Reviewed): Promise<void> {
  if (plan.changes.length === 0) return;
  const more = beyond(saved.changes, seenIn(plan, await planDocument(session, plan)));
  if (more.length === 0) return;
  discard(plan);
  session.terminal.aside(
    `${label} not deployed: after ${list(saved.after)} it would do more than was reviewed; look at it with \`cdktf diff ${saved.name}\``,
  );
  for (const line of more) session.terminal.aside(`  ${line}`);
  throw new AlreadyTold();
}
