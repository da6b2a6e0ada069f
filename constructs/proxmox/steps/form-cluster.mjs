// @ts-check
/**
 * Makes one Proxmox VE cluster of the lab's hosts, which no provider can. It can be run again at any time, and after
 * being cut short at any point: it looks at what there is and does the rest.
 *
 *   PVE_CLUSTER               name of the cluster, at most 15 characters
 *   PVE_HOSTS                 JSON [{name, api, address}]: node name, tunnel to its API, address on the wire
 *   PVE_TIMEOUT_SECONDS       for all of it, 900 by default
 *   TF_VAR_pve_root_password  password of root@pam: joining takes nothing else
 */
import { list, NoAnswer, PveApi, PveError, record, StepError } from "./pve-client.mjs";
import { deadline, hostsVariable, rootPassword, run, variable } from "./step-input.mjs";

/**
 * @typedef {object} Membership
 * @property {string | null} cluster its name; null for a host that is in none
 * @property {boolean} quorate
 * @property {readonly { readonly name: string, readonly online: boolean }[]} members
 */

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
 * @param {PveApi} api
 * @returns {Promise<Membership>}
 */
async function membershipOf(api) {
  const entries = list(await api.get("cluster/status")).map(record);
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
function assertNoForeignCluster(apis, memberships, name) {
  const first = memberships.find((membership) => membership.cluster === name);
  for (const [index, { host }] of apis.entries()) {
    const membership = memberships[index];
    if (!membership || membership.cluster === null) continue;
    const members = membership.members.map((member) => member.name).join(", ");
    const same = first?.members.some((member) => member.name === host.name) ?? false;
    if (membership.cluster === name && same) continue;
    const which = membership.cluster === name ? `another cluster called ${name}` : `the cluster ${membership.cluster}`;
    const fix = "a host never leaves a cluster cleanly: make it anew (replace its instance), or name that cluster";
    throw new StepError(`${host.name} belongs to ${which} (members: ${members}): ${fix}`);
  }
}

/**
 * @param {PveApi} api
 * @param {string} name
 */
async function createCluster(api, name) {
  const { host } = api;
  say(`${host.name}: creates the cluster ${name} with link ${host.address}`);
  await attempt(api, "clustercreate", () => api.post("cluster/config", { clustername: name, link0: host.address }));
  await api.deadline.until(`the cluster ${name} on ${host.name}`, async () => {
    const { cluster, quorate } = await membershipOf(api);
    return (cluster === name && quorate) || undefined;
  });
}

/**
 * Starts a task, or takes over the one that an earlier run has started, and waits for it. Without an answer the callers
 * look at what there is.
 *
 * @param {PveApi} api
 * @param {string} type
 * @param {() => Promise<unknown>} start
 */
async function attempt(api, type, start) {
  const active = list(await api.get(`nodes/${api.host.name}/tasks?source=active&typefilter=${type}`)).map(record);
  const running = active.find((task) => task.type === type);
  try {
    if (running) say(`${api.host.name}: waits for the ${type} that is under way`);
    await api.task(String(running ? running.upid : await start()));
  } catch (error) {
    const unknown = error instanceof NoAnswer || (error instanceof PveError && error.status >= 595);
    if (!unknown) throw error;
  }
}

/**
 * @param {PveApi} api the host that joins
 * @param {PveApi} leader
 * @param {string} name of the cluster
 */
async function join(api, leader, name) {
  const { host, deadline: time } = api;
  const fingerprint = await certificateOf(leader);
  say(`${host.name}: joins ${name} through ${leader.host.name} (${leader.host.address}) with link ${host.address}`);
  await attempt(api, "clusterjoin", () =>
    api.post("cluster/config/join", {
      hostname: leader.host.address,
      fingerprint,
      password: api.password,
      link0: host.address,
    }),
  );
  await time.until(`${host.name} to be back as a member of ${name}, with quorum`, async () => {
    const own = await membershipOf(api);
    const seen = (await membershipOf(leader)).members.find((member) => member.name === host.name);
    return (own.cluster === name && own.quorate && seen?.online) || undefined;
  });
  say(`${host.name}: is a member, the cluster is quorate`);
}

/**
 * The certificate that a joiner will meet: what the host reports must be what its own connection shows.
 *
 * @param {PveApi} leader
 */
async function certificateOf(leader) {
  const info = record(await leader.get("cluster/config/join"));
  const entry = list(info.nodelist)
    .map(record)
    .find((node) => node.name === leader.host.name);
  const reported = String(entry?.pve_fp).toUpperCase();
  if (reported === leader.fingerprint.toUpperCase()) return reported;
  const shown = `its API reports ${reported}, the connection shows ${leader.fingerprint}`;
  throw new StepError(`${leader.host.name}: two certificates, nobody is joined to it: ${shown}`);
}

/**
 * Forgets a member that is gone: a host that was made anew, or that is no longer in the lab.
 *
 * @param {PveApi} leader
 * @param {string} node
 * @param {string} why
 */
async function forget(leader, node, why) {
  const { quorate, members } = await membershipOf(leader);
  if (!quorate) {
    const votes = `${members.filter((member) => member.online).length} of ${members.length} members are up`;
    const fix = `bring the others back, or run \`pvecm expected 1\` on ${leader.host.name} and apply again`;
    throw new StepError(`${node} ${why}, but the cluster has no quorum to forget it (${votes}): ${fix}`);
  }
  say(`${leader.host.name}: forgets ${node}, which ${why}`);
  await leader.delete(`cluster/config/nodes/${encodeURIComponent(node)}`);
}

/**
 * @param {PveApi} api
 * @returns {Promise<boolean>} whether an earlier run's join is still under way
 */
async function isJoining(api) {
  const active = list(await api.get(`nodes/${api.host.name}/tasks?source=active&typefilter=clusterjoin`));
  return active.map(record).some((task) => task.type === "clusterjoin");
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
  if (!leader) throw new StepError("no hosts");
  if (!member) await createCluster(leader, name);
  for (const api of apis) {
    if (api === leader) continue;
    const { cluster } = await membershipOf(api);
    if (cluster === name) {
      say(`${api.host.name}: is a member already`);
      continue;
    }
    const listed = (await membershipOf(leader)).members.some((other) => other.name === api.host.name);
    if (listed && !(await isJoining(api)) && (await membershipOf(api)).cluster === null) {
      await forget(leader, api.host.name, "was made anew");
    }
    await join(api, leader, name);
  }
  return leader;
}

/**
 * @param {PveApi} leader
 * @param {readonly string[]} hosts
 * @param {string} name
 */
async function assertMembers(leader, hosts, name) {
  for (const { name: node, online } of (await membershipOf(leader)).members) {
    if (hosts.includes(node)) continue;
    if (!online) await forget(leader, node, "is offline and not a host of the lab");
    else throw new StepError(`the cluster ${name} has the member ${node}, which is up and not a host of the lab`);
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
  const alone = hosts.length === 1 && memberships[0]?.cluster === null;
  const leader = alone ? apis[0] : await form(apis, memberships, name);
  if (!leader) throw new StepError("no hosts");
  if (alone) say(`${leader.host.name}: is the only host and needs no cluster`);
  else
    await assertMembers(
      leader,
      hosts.map((host) => host.name),
      name,
    );
  await allowImport(leader);
});
