// @ts-check
/** Which hosts are members of which cluster, and removing members. */
import { PveError, StepError } from "./deadline.mjs";
import { list, record } from "./pve-http.mjs";

/** @typedef {import("./pve-client.mjs").PveApi} PveApi */
/**
 * @typedef {object} Membership
 * @property {string | null} cluster its name; null for a host that is in none
 * @property {boolean} quorate
 * @property {readonly { readonly name: string, readonly online: boolean }[]} members
 */

/**
 * A member that has only just booted looks like a host in no cluster until its pmxcfs reaches corosync, five seconds and
 * more; its configuration has the difference.
 *
 * @param {PveApi} api
 * @returns {Promise<Membership>}
 */
export async function membershipOf(api) {
  return await api.deadline.until(`${api.host.name} to find its cluster after a boot`, async () => {
    const membership = membershipIn(api, list(await api.get("cluster/status")).map(record));
    if (membership.cluster !== null) return membership;
    const totem = record(await api.get("cluster/config/totem"));
    return totem.cluster_name === undefined ? membership : undefined;
  });
}

/**
 * @param {PveApi} api
 * @param {readonly Record<string, unknown>[]} entries of `cluster/status`
 * @returns {Membership}
 */
function membershipIn(api, entries) {
  const local = entries.find((entry) => entry.type === "node" && Number(entry.local) === 1);
  if (local?.name !== api.host.name) {
    const fix = "the tunnel leads to another host, or the host does not have the name it was given";
    throw new StepError(`${api.url.host} answers as ${local?.name}, not as ${api.host.name}: ${fix}`);
  }
  const cluster = entries.find((entry) => entry.type === "cluster");
  return {
    cluster: cluster ? String(cluster.name) : null,
    quorate: !cluster || Number(cluster.quorate) === 1,
    members: entries
      .filter((entry) => entry.type === "node")
      .map((entry) => ({ name: String(entry.name), online: Number(entry.online) === 1 })),
  };
}

/**
 * Refuses hosts that are in some other cluster, before anything is changed.
 *
 * @param {readonly PveApi[]} apis
 * @param {readonly Membership[]} memberships
 * @param {string} name
 */
export function assertNoForeignCluster(apis, memberships, name) {
  const first = memberships.find((membership) => membership.cluster === name);
  for (const [index, { host }] of apis.entries()) {
    const membership = memberships[index];
    if (!membership || membership.cluster === null) continue;
    const members = membership.members.map((member) => member.name).join(", ");
    const same = first?.members.some((member) => member.name === host.name) ?? false;
    if (membership.cluster === name && same) continue;
    const which = membership.cluster === name ? `another cluster called ${name}` : `the cluster ${membership.cluster}`;
    const fix = "a host never leaves a cluster cleanly: replace its instance, or name that cluster";
    throw new StepError(`${host.name} belongs to ${which} (members: ${members}): ${fix}`);
  }
}

/**
 * The certificate that a joining host will see: the one that the host reports must be that of its connection.
 *
 * @param {PveApi} leader
 */
export async function certificateOf(leader) {
  const info = record(await leader.get("cluster/config/join"));
  const entry = list(info.nodelist)
    .map(record)
    .find((node) => node.name === leader.host.name);
  const reported = String(entry?.pve_fp).toUpperCase();
  if (reported === leader.fingerprint.toUpperCase()) return reported;
  const shown = `its API reports ${reported}, the connection shows ${leader.fingerprint}`;
  throw new StepError(`${leader.host.name}: two certificates, so no host is joined to it: ${shown}`);
}

/**
 * Removes a member that is gone: a host that was replaced, or that is no longer in the lab.
 *
 * @param {PveApi} leader
 * @param {string} node
 * @param {string} why
 */
export async function forget(leader, node, why) {
  const { quorate, members } = await membershipOf(leader);
  console.log(`${leader.host.name}: forgets ${node}, which ${why}`);
  const path = `cluster/config/nodes/${encodeURIComponent(node)}`;
  try {
    // `quorate` may be outdated: `pvecm expected` does not change it. The call itself decides.
    await (quorate ? leader.delete(path) : leader.once("DELETE", path));
  } catch (error) {
    if (!(error instanceof PveError)) throw error;
    // Sent twice because no answer came back the first time.
    if (error.message.includes("not a known host")) return;
    if (!error.message.includes("no quorum")) throw error;
    const votes = `${members.filter((member) => member.online).length} of ${members.length} members are up`;
    const fix = `bring the others back, or run \`pvecm expected 1\` on ${leader.host.name} and apply again`;
    throw new StepError(`${node} ${why}, but the cluster has no quorum to forget it (${votes}): ${fix}`);
  }
}

/** Calls in a row; the chance that old workers stay out of that many is a thousandth. */
const STEADY = 10;

/**
 * Waits until calls that one member passes on to a new one are answered every time. A join has pveproxy reloaded, whose old
 * workers use the old certificate for another second, and calls to them get 596.
 *
 * @param {PveApi} leader
 * @param {string} node
 */
export async function passesOn(leader, node) {
  let good = 0;
  await leader.deadline.until(`${leader.host.name} to pass calls on to ${node}`, async () => {
    while (good < STEADY) {
      try {
        await leader.once("GET", `nodes/${encodeURIComponent(node)}/version`);
        good += 1;
      } catch (error) {
        good = 0;
        throw error;
      }
    }
    return true;
  });
}
