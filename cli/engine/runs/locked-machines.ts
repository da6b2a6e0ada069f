/** Before a plan is applied: waits for what Proxmox VE has locked of the machines that the plan changes or removes. */
import { LOCK_PATIENCE_S, waitForLocks } from "../../clients/machine-locks.ts";
import type { StateResource } from "../state/state.ts";
import type { Plan } from "../terraform/plan.ts";
import { labPve } from "./lookup-proxmox.ts";
import type { Session } from "./session.ts";

const MACHINE = "proxmox_virtual_environment_vm";
/** How long one answer may take. */
const ANSWER_S = 15;

/** How long locks are waited for. */
export interface LockOptions {
  /** Seconds for which a lock is waited for. @default 300 */
  readonly lockPatience?: number;
}

/** What the plan does to which machine of the state, by its id; a template that clones are made of must not be locked either. */
export function touchedMachines(
  { changes }: Pick<Plan, "changes">,
  resources: readonly Pick<StateResource, "address" | "type" | "attributes">[],
): ReadonlyMap<number, "change" | "remove"> {
  const actions = new Map(changes.map(({ address, action }) => [address, action]));
  const makes = changes.some(
    ({ address, action }) => address.includes(`${MACHINE}.`) && ["create", "replace"].includes(action),
  );
  return new Map(
    resources.flatMap(({ address, type, attributes }): [number, "change" | "remove"][] => {
      const { vm_id: vmid, template } = attributes;
      if (type !== MACHINE || typeof vmid !== "number") return [];
      const action = actions.get(address);
      if (action === "delete" || action === "replace") return [[vmid, "remove"]];
      return action === "update" || (makes && template === true) ? [[vmid, "change"]] : [];
    }),
  );
}

/** @throws CliError, one line, when a lock stays: nothing is changed then */
export async function waitForLockedMachines(
  session: Session,
  plan: Plan,
  resources: readonly StateResource[],
  { verb, label }: { readonly verb: "deploy" | "destroy"; readonly label: string },
  { lockPatience = LOCK_PATIENCE_S }: LockOptions,
): Promise<void> {
  const machines = touchedMachines(plan, resources);
  const api = labPve(session, plan.env, lockPatience + ANSWER_S);
  if (machines.size === 0 || api === null) return;
  await waitForLocks({
    api,
    machines,
    undone: `nothing of stack ${plan.stack.name} was ${verb}ed`,
    label,
    terminal: session.terminal,
    signal: session.interruption.signal,
    patienceMs: lockPatience * 1000,
  });
}
