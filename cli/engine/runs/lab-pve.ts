/** The API of the lab's Proxmox VE, by the tunnel to its first host. */
import { Deadline } from "../../../constructs/proxmox/steps/deadline.mjs";
import { PveApi } from "../../../constructs/proxmox/steps/pve-client.mjs";
import type { Session } from "./session.ts";

const PVE_PORT = 8006;

/**
 * As root. The tunnel has to be open.
 *
 * @param environment of a stack that knows root's password
 * @param patienceS how long all answers together may take
 * @returns null for a lab without a host, or without its password
 */
export function labPve(
  { assembly: { lab } }: Pick<Session, "assembly">,
  environment: Readonly<Record<string, string | undefined>>,
  patienceS: number,
): PveApi | null {
  const tunnel = lab?.tunnels.find(({ target }) => target.port === PVE_PORT);
  const password = environment["TF_VAR_pve_root_password"];
  if (tunnel === undefined || password === undefined) return null;
  const host = { name: tunnel.via, api: `https://127.0.0.1:${tunnel.localPort}`, address: tunnel.target.address };
  return new PveApi(host, password, new Deadline(patienceS));
}
