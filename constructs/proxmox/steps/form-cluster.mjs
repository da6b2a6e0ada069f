// @ts-check
/**
 * Makes one Proxmox VE cluster of the lab's hosts, which no provider can. It can be run again at any time, and after
 * being cut short at any point: it looks at what there is and does the rest.
 *
 *   PVE_CLUSTER               name of the cluster, at most 15 characters
 *   PVE_HOSTS                 JSON [{name, api, address, ssh}]: node name, tunnel to its API, address on the wire, port of
 *                             the tunnel to its SSH
 *   PVE_THIRD_VOTE            `remove` takes away a QDevice that is there, before hosts come or go (pve-docs, pvecm); else
 *                             it stays
 *   PVE_TIMEOUT_SECONDS       for all of it, 900 by default
 *   TF_VAR_pve_root_password  password of root@pam: joining takes nothing else
 *   TF_VAR_ssh_private_key, TF_VAR_ssh_host_keys  to take away a QDevice
 */
import { NoAnswer, PveError, StepError } from "./deadline.mjs";
import { assertNoForeignCluster, certificateOf, forget, membershipOf, passesOn } from "./membership.mjs";
import { PveApi } from "./pve-client.mjs";
import { list, record } from "./pve-http.mjs";
import { sshPorts, stateOf, takeAway } from "./qdevice.mjs";
import { RemoteShell, writeSshFiles } from "./remote-shell.mjs";
import { deadline, hostsVariable, rootPassword, run, variable } from "./step-input.mjs";

/** @typedef {import("./membership.mjs").Membership} Membership */

/** PVE's API schema: a DNS label of at most 15 characters. */
const CLUSTER_NAME = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,13}[a-zA-Z0-9])?$/;

function clusterName() {
  const name = variable("PVE_CLUSTER");
  if (CLUSTER_NAME.test(name)) return name;
  throw new StepError(`PVE_CLUSTER is ${name}: letters, digits and hyphens are allowed, at most 15 of them`, 2);
}

/** @param {string} line */
function say(line) {
  console.log(line);
}

/**
 * Waits for a task that this or an earlier run has started. Where no answer comes back the callers look at what there is.
 *
 * @param {PveApi} api
 * @param {() => Promise<unknown>} start gives the UPID
 */
async function settle(api, start) {
  try {
    await api.task(String(await start()));
  } catch (error) {
    const unknown = error instanceof NoAnswer || (error instanceof PveError && error.status >= 595);
    if (!unknown) throw error;
  }
}

/**
 * Lets an earlier run's task come to its end.
 *
 * @param {PveApi} api
 * @param {string} type
 */
async function awaitEarlier(api, type) {
  const upid = await api.activeTask(type);
  if (upid === undefined) return;
  say(`${api.host.name}: waits for the ${type} that is under way`);
  await settle(api, async () => upid);
}

/**
 * @param {PveApi} api
 * @param {string} name
 */
async function createCluster(api, name) {
  const { host } = api;
  await awaitEarlier(api, "clustercreate");
  if ((await membershipOf(api)).cluster === null) {
    say(`${host.name}: creates the cluster ${name} with link ${host.address}`);
    await settle(api, () => api.post("cluster/config", { clustername: name, link0: host.address }));
  }
  await api.deadline.until(`the cluster ${name} on ${host.name}`, async () => {
    const { cluster, quorate } = await membershipOf(api);
    return (cluster === name && quorate) || undefined;
  });
}

/**
 * Makes a host a member and waits until it is back, with quorum, and the others see it.
 *
 * @param {PveApi} api
 * @param {PveApi} leader
 * @param {string} name of the cluster
 */
async function bringIn(api, leader, name) {
  const { host } = api;
  await awaitEarlier(api, "clusterjoin");
  if ((await membershipOf(api)).cluster !== name) {
    const listed = (await membershipOf(leader)).members.some((member) => member.name === host.name);
    if (listed) await forget(leader, host.name, "was replaced");
    const fingerprint = await certificateOf(leader);
    say(`${host.name}: joins ${name} through ${leader.host.name} (${leader.host.address}) with link ${host.address}`);
    const join = { hostname: leader.host.address, fingerprint, password: rootPassword(), link0: host.address };
    await settle(api, () => api.post("cluster/config/join", join));
  }
  await api.deadline.until(`${host.name} to be back as a member of ${name}, with quorum`, async () => {
    const own = await membershipOf(api);
    const seen = (await membershipOf(leader)).members.find((member) => member.name === host.name);
    return (own.cluster === name && own.quorate && seen?.online) || undefined;
  });
  await passesOn(leader, host.name);
  say(`${host.name}: is a member, the cluster is quorate`);
}

/**
 * @param {readonly PveApi[]} apis
 * @param {readonly Membership[]} memberships
 * @param {string} name
 * @returns {Promise<PveApi>} a member
 */
async function form(apis, memberships, name) {
  const member = apis.find((_, index) => memberships[index]?.cluster === name);
  const leader = member ?? apis[0];
  if (!leader) throw new StepError("PVE_HOSTS names no host", 2);
  if (!member) await createCluster(leader, name);
  for (const api of apis) if (api !== leader) await bringIn(api, leader, name);
  return leader;
}

/**
 * @param {PveApi} leader
 * @param {string} node
 */
async function hasGuests(leader, node) {
  return list(await leader.get("cluster/resources?type=vm"))
    .map(record)
    .some((guest) => guest.node === node);
}

/**
 * @param {PveApi} leader
 * @param {readonly string[]} hosts
 */
async function forgetAbsent(leader, hosts) {
  for (const { name, online } of (await membershipOf(leader)).members)
    if (!online && !hosts.includes(name)) await forget(leader, name, "is offline and not a host of the lab");
}

/**
 * Takes a QDevice away. `pvecm` wants all members online for that: one that is gone for good is forgotten first, for which
 * the vote may be needed.
 *
 * @param {readonly PveApi[]} members
 * @param {readonly string[]} hosts
 */
async function removeVote(members, hosts) {
  const ports = sshPorts();
  const voting = [];
  for (const api of members) if ((await stateOf(api)) !== null) voting.push(api);
  const [any] = voting;
  if (!any) return;
  await forgetAbsent(any, hosts);
  const shell = new RemoteShell(any.host.name, ports[hosts.indexOf(any.host.name)] ?? 0, writeSshFiles(), any.deadline);
  await takeAway(shell);
  say(`${any.host.name}: took the third vote away, which ${hosts.length} hosts do not want`);
}

/**
 * @param {PveApi} leader
 * @param {readonly string[]} hosts
 * @param {string} name
 */
async function assertMembers(leader, hosts, name) {
  await forgetAbsent(leader, hosts);
  for (const { name: node, online } of (await membershipOf(leader)).members) {
    if (hosts.includes(node) || !online) continue;
    if (await hasGuests(leader, node))
      throw new StepError(`the cluster ${name} has the member ${node}, which has guests and is not a host of the lab`);
    else await forget(leader, node, "is not a host of the lab any more");
  }
  const { members } = await membershipOf(leader);
  const missing = hosts.filter((host) => !members.some((member) => member.name === host && member.online));
  if (missing.length > 0) throw new StepError(`not in the cluster ${name}: ${missing.join(", ")}`);
  say(`the cluster ${name} has exactly the members ${members.map((member) => member.name).join(", ")}`);
}

/**
 * Storage `local` may hold disk images to import: content type `import`, which PVE leaves out by default.
 *
 * @param {PveApi} api
 */
async function allowImport(api) {
  const contentOf = async () => String(record(await api.get("storage/local")).content).split(",");
  const content = await contentOf();
  if (content.includes("import")) {
    say("storage local: may hold images to import already");
    return;
  }
  await api.put("storage/local", { content: [...content, "import"].join(",") });
  if (!(await contentOf()).includes("import"))
    throw new StepError("storage local did not keep the content type import");
  say("storage local: may hold images to import now");
}

await run("form-cluster", async () => {
  const name = clusterName();
  const hosts = hostsVariable("PVE_HOSTS");
  const password = rootPassword();
  const time = deadline();
  const apis = hosts.map((host) => new PveApi(host, password, time));
  /** @type {Membership[]} */
  const memberships = [];
  for (const api of apis) {
    await api.ready();
    const { version } = record(await api.get("version"));
    memberships.push(await membershipOf(api));
    say(`${api.host.name}: Proxmox VE ${version} answers`);
  }
  assertNoForeignCluster(apis, memberships, name);
  const [first] = apis;
  if (first && apis.length === 1 && memberships[0]?.cluster === null) {
    say(`${first.host.name}: is the only host and needs no cluster`);
    await allowImport(first);
    return;
  }
  const names = hosts.map((host) => host.name);
  const members = apis.filter((_, index) => memberships[index]?.cluster === name);
  if (process.env.PVE_THIRD_VOTE === "remove") await removeVote(members, names);
  const leader = await form(apis, memberships, name);
  await assertMembers(leader, names, name);
  await allowImport(leader);
});
