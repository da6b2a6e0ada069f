/** Deploys or destroys one stack: initialize, plan, ask, apply. */
import { showOutputs } from "../../ui/document.ts";
import { AlreadyPrinted, messageOf } from "../../ui/errors.ts";
import { duration } from "../../ui/words.ts";
import { keepBackup } from "../state/backups.ts";
import { locationOf } from "../state/location.ts";
import { removeFromState } from "../state/run-tool.ts";
import { isDeployed, type State, stateOf } from "../state/state.ts";
import { recordLocation } from "../state/whereabouts.ts";
import type { StackInfo } from "../synth/assembly.ts";
import { discard, type Plan, planStack } from "../terraform/plan.ts";
import type { Stack } from "../terraform/stack.ts";
import { ApplyFailed, applyPlan } from "./apply.ts";
import type { Approve } from "./approval.ts";
import type { RunOptions } from "./begin.ts";
import { refuseSecondBootstrap } from "./bootstrap.ts";
import { type CapacityOptions, type CapacityWait, capacityWait } from "./capacity-wait.ts";
import { type LockOptions, waitForLockedMachines } from "./locked-machines.ts";
import { planDocument, refuseShrinking } from "./plan-document.ts";
import { type Recovery, removeImports, writeImports } from "./recover.ts";
import { withoutNewTriggers } from "./replace-triggers.ts";
import { counted } from "./review-text.ts";
import { refuseBeyond, type Reviewed } from "./reviewed.ts";
import { result, type StackResult } from "./schedule.ts";
import type { Session } from "./session.ts";
import { reportAttachedSchema, reportUnowned } from "./unowned.ts";

/** One stack to be deployed or destroyed. */
export interface StackChange {
  readonly verb: "deploy" | "destroy";
  readonly session: Session;
  readonly info: StackInfo;
  readonly label: string;
  readonly options: RunOptions & LockOptions & CapacityOptions;
  /** Lost objects to be taken back with this plan, or made anew. */
  readonly recovery: Recovery;
  /** What was reviewed of it; null for a stack that is planned now. */
  readonly reviewed: Reviewed | null;
  /** Resolves when the stack may be planned. */
  readonly initialized: () => Promise<void>;
  readonly approve: Approve;
}

async function planned(change: StackChange, before: State): Promise<Plan> {
  const { verb, session, info, label, options, recovery, reviewed } = change;
  const { imports, anew } = recovery;
  const stack = session.stack(info);
  await change.initialized();
  await session.connect(info);
  const env = session.environment(stack);
  if (imports.length > 0) {
    const replaced = imports.filter(({ replaces }) => replaces).map(({ address }) => address);
    await removeFromState(session, stack, env, replaced);
    writeImports(stack, imports);
  }
  const wishes = { ...options, ...reviewed?.options, replace: anew, destroy: verb === "destroy" };
  const imported = imports.map(({ address }) => address);
  const held = before.resources.map(({ address }) => address);
  const plan = await withoutNewTriggers(stack, imported, held, () => planStack(session, stack, env, label, wishes));
  try {
    if (reviewed !== null) await refuseBeyond(session, label, plan, reviewed);
    if (plan.changes.some(({ address, action }) => action === "update" && address.startsWith("oci_core_instance.")))
      refuseShrinking(await planDocument(session, plan));
  } catch (error) {
    discard(plan);
    throw error;
  }
  return plan;
}

/** Keeps a copy of the state as it is before the change. */
async function backUp({ project, states, encryptedState }: Session, stack: Stack): Promise<void> {
  const sealed = await states.sealed(locationOf(stack, encryptedState), stack.name);
  keepBackup(project.data, stack.name, sealed, new Date());
}

async function changed(change: StackChange, awaits: CapacityWait["awaits"]): Promise<StackResult> {
  const { verb, session, info, label, options } = change;
  const { terminal } = session;
  const started = performance.now();
  const stack = session.stack(info);
  const before = await stateOf(session, stack);
  if (verb === "destroy" && !isDeployed(before)) {
    terminal.line(`${label} nothing to destroy`);
    return result(info.name, "absent");
  }
  const plan = await planned(change, before);
  try {
    // A stack that changes nothing is applied all the same when it has no state yet that others could read.
    if (!plan.pending && (isDeployed(before) || (change.reviewed?.options ?? options).refreshOnly)) {
      terminal.line(`${label} no changes`);
      if (verb === "deploy") showOutputs(terminal, label, before.outputs);
      return result(info.name, "unchanged");
    }
    if (!(await change.approve(plan, label))) return result(info.name, "declined");
    await refuseSecondBootstrap(session, plan, stack);
    await waitForLockedMachines(session, plan, before.resources, change, options);
    await backUp(session, stack);
    recordLocation(session, stack);
    const applied = await applyPlan(session, plan, label, { ...options, awaits, sandbox: session.sandbox });
    const did = counted(plan.counts, plan.imported, "done");
    terminal.line(`${label} ${verb}ed in ${duration(performance.now() - started)}${did === "" ? "" : `: ${did}`}`);
    if (verb === "deploy") showOutputs(terminal, label, applied.outputs);
    return result(info.name, `${verb}ed`, plan.counts);
  } finally {
    discard(plan);
  }
}

/** Changes it, and again as long as want of capacity is all that stops it and is waited out. */
async function patiently(change: StackChange): Promise<StackResult> {
  const { session, info, label, options } = change;
  const wait = capacityWait(session, info, label, { ...options, mayMove: change.reviewed === null });
  for (;;) {
    try {
      return await changed(change, wait.awaits);
    } catch (error) {
      if (!(error instanceof ApplyFailed) || !error.awaited) throw error;
      await wait.untilWorthATry();
    }
  }
}

/** Changes a stack; what goes wrong has been printed and is in the result. */
export async function changeStack(change: StackChange): Promise<StackResult> {
  const { session, info } = change;
  const { terminal, interruption } = session;
  const stack = session.stack(info);
  removeImports(stack); // left by a run that was killed
  try {
    return await patiently(change);
  } catch (error) {
    const { aborted } = interruption.signal;
    if (!(error instanceof AlreadyPrinted) && !aborted) terminal.aside(`Error in ${info.name}: ${messageOf(error)}`);
    if (error instanceof ApplyFailed && !aborted) {
      await reportUnowned(session, info, error.diagnostics);
      await reportAttachedSchema(session, info, error.diagnostics);
    }
    const done = error instanceof ApplyFailed ? error.counts : { create: 0, update: 0, delete: 0 };
    const counts = { add: done.create, change: done.update, replace: 0, destroy: done.delete };
    return result(info.name, aborted ? "interrupted" : "failed", counts);
  } finally {
    removeImports(stack);
  }
}
