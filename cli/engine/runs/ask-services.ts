/** Asks OCI and Proxmox VE, as on a real account so in the sandbox, for what a run was making when it was cut off. */
import type { PveApi } from "../../../constructs/proxmox/steps/pve-client.mjs";
import { messageOf } from "../../ui/errors.ts";
import { accountOf } from "../synth/oci-account.ts";
import type { Oci } from "../../clients/oci.ts";
import { labPve } from "./lab-pve.ts";
import { lookUp, OCI_LOOKUPS } from "./lookup-oci.ts";
import { lookUpInPve, PVE_LOOKUPS } from "./lookup-proxmox.ts";
import type { AskService } from "./classify-lost.ts";
import type { StackInfo } from "../synth/assembly.ts";
import type { Session } from "./session.ts";

const PATIENCE_MS = 20_000;

async function pveOf(session: Session, info: StackInfo): Promise<PveApi | null> {
  await session.connect(info);
  return labPve(session, session.environment(session.stack(info)), PATIENCE_MS / 1000);
}

/** Connects at the first question. A service that does not answer, whyever, leaves the question open. */
export function askServices(session: Session, info: StackInfo): AskService {
  const { project, sandbox, terminal } = session;
  const lab = session.assembly.lab?.lab ?? "";
  let account: Promise<Oci> | undefined;
  let pve: Promise<PveApi | null> | undefined;
  let isTold = false;
  return async ({ type }, known) => {
    try {
      if (OCI_LOOKUPS[type] !== undefined) {
        account ??= accountOf(project, sandbox, AbortSignal.timeout(PATIENCE_MS));
        return await lookUp(await account, type, known.text, lab);
      }
      if (PVE_LOOKUPS[type] === undefined) return null;
      pve ??= pveOf(session, info);
      const api = await pve;
      const found = api === null ? null : await lookUpInPve(api, type, known);
      return found?.map(({ id }) => ({ id, name: "" })) ?? null;
    } catch (error) {
      if (!isTold) terminal.aside(`whether what was lost exists cannot be asked: ${messageOf(error).split("\n")[0]}`);
      isTold = true;
      return null;
    }
  };
}
