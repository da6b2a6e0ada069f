// @ts-check
/**
 * Gives a cluster of an even number of hosts one vote more, the micro's (a QDevice). form-cluster takes it away where it is
 * not wanted any more. It can be run again at any time, and after being cut short at any point.
 *
 *   PVE_HOSTS                 JSON [{name, api, address, ssh}]: as for form-cluster
 *   PVE_MICRO                 JSON {name, address, ssh}
 *   PVE_TIMEOUT_SECONDS       for all of it, 900 by default
 *   TF_VAR_pve_root_password  password of root@pam
 *   TF_VAR_ssh_private_key    the lab's own key, which lets in as root
 *   TF_VAR_ssh_host_keys      JSON {name: {public}}: host keys that the lab gave to its machines
 */
import { StepError } from "./deadline.mjs";
import { PveApi } from "./pve-client.mjs";
import { list, record } from "./pve-http.mjs";
import { knownHostLine, RemoteShell, writeSshFiles } from "./remote-shell.mjs";
import { sshPorts, stateOf, takeAway } from "./qdevice.mjs";
import { deadline, hostsVariable, json, rootPassword, run } from "./step-input.mjs";

/** @typedef {import("./qdevice.mjs").Member} Member */
/** @typedef {{ readonly name: string, readonly address: string, readonly ssh: number }} Micro */

/** The certificates of a host's QDevice; `pvecm qdevice setup` refuses to go over what an earlier one has left. */
const CERTIFICATES = "/etc/corosync/qdevice/net/nssdb";

/** @returns {Micro} */
function microVariable() {
  const { name, address, ssh } = record(json("PVE_MICRO"));
  if (typeof name === "string" && typeof address === "string" && typeof ssh === "number") return { name, address, ssh };
  throw new StepError("PVE_MICRO needs the texts name and address, and the port ssh", 2);
}

/**
 * The same on all members at once.
 *
 * @template Result
 * @param {readonly Member[]} members
 * @param {(shell: RemoteShell) => Promise<Result>} work
 */
function atAll(members, work) {
  return Promise.all(members.map(({ shell }) => work(shell())));
}

/** @param {RemoteShell} shell */
async function isConfigured(shell) {
  return /^\s*device\s*\{/m.test(await shell.run("cat /etc/pve/corosync.conf"));
}

/**
 * Lets the hosts log in to the micro, and pins its host key on them: `pvecm` uses SSH there, without questions.
 *
 * @param {readonly Member[]} members
 * @param {RemoteShell} atMicro
 * @param {Micro} micro
 */
async function introduce(members, atMicro, micro) {
  const pin = knownHostLine(micro);
  await atAll(members, async (shell) => {
    const key = (await shell.run("cat /root/.ssh/id_rsa.pub")).trim();
    if (!/^ssh-rsa [A-Za-z0-9+/=]+( [\w@.-]+)?$/.test(key))
      throw new StepError(`${shell.name}: /root/.ssh/id_rsa.pub is no RSA key of one line`);
    await Promise.all([
      atMicro.ensureLine("/root/.ssh/authorized_keys", key),
      shell.ensureLine("/root/.ssh/known_hosts", pin),
    ]);
  });
}

/**
 * From nothing, or from what an earlier run, another micro or a replaced host has left unfinished.
 *
 * @param {readonly Member[]} members
 * @param {RemoteShell} atMicro
 * @param {Micro} micro
 */
async function setUp(members, atMicro, micro) {
  const [first] = members;
  if (!first) throw new StepError("PVE_HOSTS names no host", 2);
  await atMicro.deadline.until(`corosync-qnetd on ${micro.name}, which cloud-init installs`, async () => {
    return (await atMicro.ask("systemctl is-active corosync-qnetd")).code === 0 || undefined;
  });
  await introduce(members, atMicro, micro);
  if (await isConfigured(first.shell())) await takeAway(first.shell());
  await atAll(members, (shell) => shell.run(`rm -rf ${CERTIFICATES}`));
  console.log(`${first.api.host.name}: sets up the vote of ${micro.name} (${micro.address})`);
  await first.shell().run(`pvecm qdevice setup ${micro.address}`);
}

/**
 * @param {readonly Member[]} members
 * @param {Micro} micro
 * @returns {Promise<string | undefined>} undefined while a vote is missing
 */
async function votes(members, micro) {
  for (const { api } of members) if ((await stateOf(api, micro.address)) !== "Connected") return undefined;
  const wanted = members.length + 1;
  const outputs = await atAll(members, (shell) => shell.ask("corosync-quorumtool -s"));
  for (const { text } of outputs) {
    const count = (/** @type {string} */ what) => Number(new RegExp(`^${what} votes:\\s+(\\d+)`, "m").exec(text)?.[1]);
    if (count("Expected") !== wanted || count("Total") !== wanted) return undefined;
  }
  return `expected votes ${wanted}, and all of them are there`;
}

/**
 * Whether nothing is to be done but to wait: every host has certificates of this very micro.
 *
 * @param {readonly Member[]} members
 * @param {RemoteShell} atMicro
 * @param {Micro} micro
 * @param {string} cluster
 */
async function isSetUp(members, atMicro, micro, cluster) {
  for (const { api } of members) {
    const state = await stateOf(api, micro.address);
    if (state === null || state === "set up for another micro") return false;
  }
  return (await atMicro.ask(`test -f /etc/corosync/qnetd/nssdb/cluster-${cluster}.crt`)).code === 0;
}

await run("third-vote", async () => {
  const hosts = hostsVariable("PVE_HOSTS");
  const ports = sshPorts();
  const micro = microVariable();
  const [password, time] = [rootPassword(), deadline()];
  /** @type {import("./remote-shell.mjs").SshFiles | undefined} */
  let files;
  const shellOf = (/** @type {string} */ name, /** @type {number} */ port) =>
    new RemoteShell(name, port, (files ??= writeSshFiles()), time);
  const members = hosts.map((host, index) => ({
    api: new PveApi(host, password, time),
    shell: () => shellOf(host.name, ports[index] ?? 0),
  }));
  for (const { api } of members) await api.ready();

  let has = await votes(members, micro);
  if (has !== undefined) return console.log(`${micro.name} votes already: ${has}`);
  const atMicro = shellOf(micro.name, micro.ssh);
  const cluster = list(await members[0]?.api.get("cluster/status"))
    .map(record)
    .find(({ type }) => type === "cluster");
  if (!(await isSetUp(members, atMicro, micro, String(cluster?.name)))) await setUp(members, atMicro, micro);
  has = await time.until(`the vote of ${micro.name} (port 5403 of ${micro.address})`, () => votes(members, micro));
  console.log(`${micro.name} votes: ${has}`);
});
