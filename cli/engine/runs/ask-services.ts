/** Asks OCI, Proxmox VE and Talos, as on a real account so in the sandbox, for what a run was making when it was cut off. */
import type { PveApi } from "../../../constructs/proxmox/steps/pve-client.mjs";
import type { Oci } from "../../clients/oci.ts";
import { messageOf } from "../../ui/errors.ts";
import type { Known } from "../state/import-ids.ts";
import type { StateResource } from "../state/state.ts";
import type { StackInfo } from "../synth/assembly.ts";
import { accountOf } from "../synth/oci-account.ts";
import { askBootstrap, BOOTSTRAP } from "./bootstrap.ts";
import type { AskService, FoundObject } from "./classify-lost.ts";
import { lookUp, OCI_LOOKUPS } from "./lookup-oci.ts";
import { labPve, lookUpInPve, PVE_LOOKUPS } from "./lookup-proxmox.ts";
import type { Session } from "./session.ts";

const PATIENCE_MS = 20_000;

/** Hosts that run answer at once; one that is gone is not waited for. */
const CONNECT_MS = 60_000;

async function pveOf(session: Session, info: StackInfo): Promise<PveApi | null> {
  await session.connect(info, { patienceMs: CONNECT_MS });
  return labPve(session, session.environment(session.stack(info)), PATIENCE_MS / 1000);
}

/**
 * Connects at the first question. A service that does not answer, whyever, leaves the question open.
 *
 * @param held what the states of all stacks hold
 */
export function askServices(session: Session, info: StackInfo, held: readonly StateResource[]): AskService {
  const { project, sandbox, terminal } = session;
  const lab = session.assembly.lab?.lab ?? "";
  let account: Promise<Oci> | undefined;
  let pve: Promise<PveApi | null> | undefined;
  let isReported = false;
  const asked = async (type: string, known: Known): Promise<readonly FoundObject[] | null> => {
    if (OCI_LOOKUPS[type] !== undefined) {
      account ??= accountOf(project, sandbox, AbortSignal.timeout(PATIENCE_MS));
      return lookUp(await account, type, known.text, lab);
    }
    if (PVE_LOOKUPS[type] !== undefined) {
      pve ??= pveOf(session, info);
      const api = await pve;
      return api === null ? null : lookUpInPve(api, type, known);
    }
    if (type !== BOOTSTRAP) return null;
    await session.connect(info, { patienceMs: CONNECT_MS });
    return askBootstrap(session, known.text("endpoint"), held);
  };
  return async ({ type }, known) => {
    try {
      return await asked(type, known);
    } catch (error) {
      if (!isReported)
        terminal.aside(`whether what was lost exists cannot be asked: ${messageOf(error).split("\n")[0]}`);
      isReported = true;
      return null;
    }
  };
}
