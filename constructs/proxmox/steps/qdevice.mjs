// @ts-check
/** A QDevice that is there: how it does, and how it is taken away. PVE's API only shows it; `pvecm` on a host does the rest. */
import { StepError } from "./deadline.mjs";
import { list, record } from "./pve-http.mjs";
import { json } from "./step-input.mjs";

/** @typedef {import("./pve-client.mjs").PveApi} PveApi */
/** @typedef {import("./remote-shell.mjs").RemoteShell} RemoteShell */
/** @typedef {{ readonly api: PveApi, readonly shell: () => RemoteShell }} Member */

/** @returns {readonly number[]} near ends of the tunnels to the hosts' SSH, in the order of the hosts */
export function sshPorts() {
  return list(json("PVE_HOSTS")).map((host, index) => {
    const { ssh } = record(host);
    if (typeof ssh === "number") return ssh;
    throw new StepError(`PVE_HOSTS[${index}] needs the port ssh`, 2);
  });
}

/**
 * How a host's own QDevice does: `Connected`, or what it is at; null where it has none.
 *
 * @param {PveApi} api
 * @param {string} [address] of the micro; a vote that comes from elsewhere is none of ours
 */
export async function stateOf(api, address) {
  const status = record(await api.get("cluster/config/qdevice"));
  if (status.State === undefined) return null;
  const elsewhere = address !== undefined && !String(status["QNetd host"]).startsWith(`${address}:`);
  return elsewhere ? "set up for another micro" : String(status.State);
}

/** @param {RemoteShell} shell of any member */
export async function takeAway(shell) {
  const { code, text } = await shell.ask("pvecm qdevice remove");
  if (code === 0 || text.includes("No QDevice configured")) return;
  const words = text.trim().split("\n").at(-1);
  throw new StepError(`${shell.name}: the third vote cannot be taken away: ${words}`);
}
