/** The micro's vote: set up over SSH, as `pvecm` needs it, and taken away. */
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { parse } from "yaml";
import { generateSshKey } from "../../sandbox/pki/ssh-key.ts";
import { which } from "../../cli/engine/terraform/tools.ts";
import { qnetdRules } from "../../constructs/oci/micro.ts";
import type { Instance } from "../../sandbox/oci/resources/instance.ts";
import { createCluster, deleteNode, joinCluster } from "../../sandbox/proxmox/model/cluster.ts";
import { isQuorate, votesOf } from "../../sandbox/proxmox/model/context.ts";
import { rootRsaKey, shellFiles } from "../../sandbox/shell/files.ts";
import { setUpQdevice } from "../../sandbox/shell/pvecm.ts";
import { endpoint } from "../../sandbox/systems/endpoints.ts";
import type { Store } from "../../sandbox/world/store.ts";
import { atHost } from "../sandbox/proxmox/lab.ts";
import { addressOf, instance, listen, PASSWORD, worldWith } from "../sandbox/proxmox/world.ts";
import { type Outcome, Ports, type Running, startStep } from "./run-step.ts";

const withSsh = which("ssh", process.env["PATH"] ?? "") === undefined ? describe.skip : describe;
const title = which("ssh", process.env["PATH"] ?? "") === undefined ? " (skipped: ssh is not on PATH)" : "";

const MICRO = "qdevice-4";
const userKey = generateSshKey("ampere-lab");
const keys = Object.fromEntries(
  ["pve-1", "pve-2", "pve-3", MICRO].map((name) => [name, generateSshKey(`root@${name}`)]),
);

const ports = new Ports();
const servers: Server[] = [];
afterEach(() => {
  ports.close();
  for (const server of servers.splice(0)) server.close();
});

/** As OciStack makes it: with the lab's key and a host key of its own. */
function booted(name: string, more: object = {}): Instance {
  const isMicro = name === MICRO;
  const made = instance({ name, ...(isMicro && { shape: "VM.Standard.E2.1.Micro", imageObject: null }) });
  const key = keys[name];
  const found: unknown = isMicro
    ? { hostname: name, packages: ["corosync-qnetd"], runcmd: qnetdRules("10.0.0.0/24") }
    : parse(made.userData);
  const config = {
    ...(typeof found === "object" ? found : {}),
    disable_root: false,
    ssh_keys: { ed25519_private: key?.private, ed25519_public: key?.public },
    ...more,
  };
  made.userData = `#cloud-config\n${JSON.stringify(config)}`;
  made.metadata = { ssh_authorized_keys: userKey.public };
  return made;
}

function replace(world: Store, name: string, more?: object): void {
  const { instances } = world.state.oci;
  const at = instances.findIndex(({ displayName }) => displayName === name);
  instances.splice(at, 1, booted(name, more));
}

async function join(world: Store, name: string): Promise<void> {
  const { fingerprint } = atHost(world, "pve-1").host.certificate;
  const request = { hostname: addressOf("pve-1"), fingerprint, password: PASSWORD, link0: undefined };
  await joinCluster(atHost(world, name), request, () => undefined);
}

/** A cluster of hosts, and a micro. */
async function labOf(count: number, micro: object = {}): Promise<{ world: Store; names: string[] }> {
  const names = Array.from({ length: count }, (_, index) => `pve-${index + 1}`);
  const world = worldWith();
  world.state.oci.instances.push(...names.map((name) => booted(name)), booted(MICRO, micro));
  createCluster(atHost(world, "pve-1"), "lab", undefined);
  for (const name of names.slice(1)) await join(world, name);
  return { world, names };
}

async function sshPort(world: Store, address: string): Promise<number> {
  const server = createServer((socket) => {
    const handler = endpoint(world, { address, port: 22 });
    if (handler) handler(socket);
    else socket.resetAndDestroy();
  });
  server.listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  const at = server.address();
  if (at === null || typeof at === "string") throw new Error("no port");
  return at.port;
}

type Environment = Readonly<Record<string, string>>;

/** The environment of both steps. */
async function environmentOf(world: Store, names: readonly string[]): Promise<Environment> {
  const hosts = [];
  for (const host of await ports.open(world, ...names))
    hosts.push({ ...host, ssh: await sshPort(world, host.address) });
  return {
    HOME: process.env["HOME"] ?? "",
    PVE_HOSTS: JSON.stringify(hosts),
    TF_VAR_ssh_private_key: userKey.private,
    TF_VAR_ssh_host_keys: JSON.stringify(keys),
  };
}

async function start(world: Store, names: readonly string[], environment: Environment = {}): Promise<Running> {
  const address = addressOf(MICRO);
  const micro = JSON.stringify({ name: MICRO, address, ssh: await sshPort(world, address) });
  return startStep("third-vote.mjs", { ...(await environmentOf(world, names)), PVE_MICRO: micro, ...environment });
}

async function vote(world: Store, names: readonly string[], environment: Environment = {}): Promise<Outcome> {
  return (await start(world, names, environment)).outcome;
}

/** Forms the cluster of these hosts; what a lab wants says whether a vote that is there stays. */
async function form(
  world: Store,
  names: readonly string[],
  thirdVote: "keep" | "remove",
  environment: Environment = {},
): Promise<Outcome> {
  const wanted = { PVE_CLUSTER: "lab", PVE_THIRD_VOTE: thirdVote, ...environment };
  return await startStep("form-cluster.mjs", { ...(await environmentOf(world, names)), ...wanted }).outcome;
}

/** A cluster that has its vote, as if the step had run. */
async function votingLab(more: object = {}): Promise<{ world: Store; names: string[] }> {
  const { world, names } = await labOf(2, more);
  const pve = atHost(world, "pve-1");
  const micro = world.state.oci.instances.find(({ displayName }) => displayName === MICRO);
  if (!micro) throw new Error("no micro");
  const line = `${micro.privateIp} ${keys[MICRO]?.public.split(" ").slice(0, 2).join(" ")}`;
  shellFiles(world, pve.host.bootVolumeId).knownHosts.push(line);
  shellFiles(world, micro.bootVolumeId).authorizedKeys.push(rootRsaKey(pve.host));
  setUpQdevice(pve, micro.privateIp);
  return { world, names };
}

const votes = (world: Store) => votesOf(world, atHost(world, "pve-1").datacenter);
const quorate = (world: Store) => isQuorate(world, atHost(world, "pve-1").datacenter);
const down = (world: Store, host: string): void => {
  world.state.faults = { lastId: 1, active: [{ id: 1, spec: { what: "down", host }, seen: 0, hits: 0 }] };
};

withSsh(`third-vote${title}`, () => {
  it("gives a pair a third vote, with which it survives the loss of a host, and says no key", async () => {
    const { world, names } = await labOf(2);
    expect(votes(world)).toEqual({ expected: 2, present: 2 });
    const { code, lines, error } = await vote(world, names);
    expect({ code, error }).toEqual({ code: 0, error: "" });
    expect(lines.at(-1)).toBe(`${MICRO} votes: expected votes 3, and all of them are there`);
    expect(lines.join()).not.toMatch(/PRIVATE KEY|AAAA/);
    expect(votes(world)).toEqual({ expected: 3, present: 3 });
    down(world, "pve-2");
    expect(quorate(world)).toBe(true);
  });

  it("is what makes the difference: without it, the loss of a host stops the pair", async () => {
    const { world } = await labOf(2);
    down(world, "pve-2");
    expect(quorate(world)).toBe(false);
  });

  it("does not survive the loss of a host and of the micro", async () => {
    const { world } = await votingLab();
    down(world, MICRO);
    expect([votes(world), quorate(world)]).toEqual([{ expected: 3, present: 2 }, true]);
    world.state.oci.instances.splice(1, 1);
    expect(quorate(world)).toBe(false);
  });

  it("changes nothing when it is run again", async () => {
    const { world, names } = await votingLab();
    const before = structuredClone(world.state);
    const { code, lines } = await vote(world, names);
    expect([code, lines.at(-1)]).toEqual([0, expect.stringContaining(`${MICRO} votes already`)]);
    expect(world.state).toEqual(before);
  });

  it("goes on after it was cut short before the certificates are made", async () => {
    const { world, names } = await labOf(2);
    const running = await start(world, names);
    const reached = () => Object.values(world.state.shells ?? {}).some((shell) => shell.authorizedKeys.length > 0);
    while (!reached()) await new Promise(setImmediate);
    running.kill("SIGKILL");
    await running.outcome;
    expect(await vote(world, names)).toMatchObject({ code: 0, error: "" });
    expect(votes(world)).toEqual({ expected: 3, present: 3 });
  });

  it("goes on where an earlier run has left certificates and no vote", async () => {
    const { world, names } = await labOf(2);
    const { bootVolumeId } = atHost(world, "pve-2").host;
    world.state.shells = { [bootVolumeId]: { knownHosts: [], authorizedKeys: [], qdeviceStore: true } };
    expect(await vote(world, names)).toMatchObject({ code: 0, error: "" });
    expect(votes(world)).toEqual({ expected: 3, present: 3 });
  });

  it("gives a host that was replaced its certificate again", async () => {
    const { world, names } = await votingLab();
    replace(world, "pve-2");
    deleteNode(atHost(world, "pve-1"), "pve-2");
    await join(world, "pve-2");
    const connected = () => atHost(world, "pve-1").datacenter.corosync?.qdevice?.nodes.length;
    expect(connected()).toBe(2);
    expect(await vote(world, names)).toMatchObject({ code: 0, error: "" });
    down(world, "pve-1");
    expect(isQuorate(world, atHost(world, "pve-2").datacenter)).toBe(true);
  });

  it("sets the vote up again with a micro that was replaced", async () => {
    const { world, names } = await votingLab();
    replace(world, MICRO);
    expect(votes(world)).toEqual({ expected: 3, present: 2 });
    expect(await vote(world, names)).toMatchObject({ code: 0, error: "" });
    expect(votes(world)).toEqual({ expected: 3, present: 3 });
  });

  it("lasts while a host is replaced: form-cluster has the quorum to forget the old one", async () => {
    const { world, names } = await votingLab();
    replace(world, "pve-2");
    const { code, lines } = await form(world, names, "keep");
    expect([code, lines]).toEqual([0, expect.arrayContaining(["pve-1: forgets pve-2, which was replaced"])]);
    expect(await vote(world, names)).toMatchObject({ code: 0, error: "" });
    expect(votes(world)).toEqual({ expected: 3, present: 3 });
  });

  it("shows no vote where the micro's own iptables reject it, and says which port", async () => {
    const { world, names } = await votingLab({ runcmd: [] });
    const { code, error } = await vote(world, names, { PVE_TIMEOUT_SECONDS: "4" });
    expect([code, error]).toEqual([1, expect.stringMatching(/waiting for the vote of qdevice-4 \(port 5403 of /)]);
    expect(votes(world)).toEqual({ expected: 3, present: 2 });
  });

  it("counts the votes: waits for members that are not connected to each other, though each has the micro's", async () => {
    const { world, names } = await votingLab();
    const [, second] = world.state.oci.instances;
    if (!second) throw new Error("no second host");
    const { userData } = second;
    second.userData = userData.replace("udp dport 5405-5412 accept", "udp dport 5405-5412 drop");
    expect(votes(world)).toEqual({ expected: 3, present: 2 });
    let asked = 0;
    listen(world, ({ target }) => {
      if (target.endsWith("cluster/config/qdevice") && (asked += 1) === 6) second.userData = userData;
    });
    const { code, lines } = await vote(world, names);
    expect([code, lines.at(-1)]).toEqual([0, `${MICRO} votes: expected votes 3, and all of them are there`]);
  });

  it("says in pvecm's own words why it refuses, and does not take that for a connection that broke", async () => {
    const { world, names } = await labOf(3);
    down(world, "pve-3");
    const { code, error } = await vote(world, names.slice(0, 2));
    expect([code, error]).toEqual([1, expect.stringContaining("All nodes must be online! Node pve-3 is offline")]);
  });

  it("says that cloud-init has not installed qnetd", async () => {
    const { world, names } = await labOf(2, { packages: [] });
    const { code, error } = await vote(world, names, { PVE_TIMEOUT_SECONDS: "1.5" });
    expect([code, error]).toEqual([1, expect.stringContaining(`waiting for corosync-qnetd on ${MICRO}`)]);
  });

  it("sends nothing to a machine that shows another host key", async () => {
    const other = generateSshKey("root@other");
    const { world, names } = await labOf(2, {
      ssh_keys: { ed25519_private: other.private, ed25519_public: other.public },
    });
    const { code, error } = await vote(world, names);
    expect([code, error]).toEqual([1, expect.stringContaining(`${MICRO} shows another SSH host key`)]);
    expect(votes(world).expected).toBe(2);
  });

  it.each([
    ["PVE_MICRO needs the texts name and address", { PVE_MICRO: "{}" }],
    ["PVE_HOSTS[0] needs the port ssh", { PVE_HOSTS: JSON.stringify([{ name: "a", api: "b", address: "c" }]) }],
    ["TF_VAR_ssh_private_key is not set", { TF_VAR_ssh_private_key: "" }],
  ] as [string, Environment][])("refuses wrong input with exit code 2: %s", async (message, environment) => {
    const { world, names } = await labOf(2);
    const { code, error } = await vote(world, names, environment);
    expect([code, error]).toEqual([2, expect.stringContaining(message)]);
  });
});

withSsh(`form-cluster and a third vote that is not wanted any more${title}`, () => {
  it("takes it away before a third host joins", async () => {
    const { world, names } = await votingLab();
    world.state.oci.instances.push(booted("pve-3"));
    const { code, lines } = await form(world, [...names, "pve-3"], "remove");
    const order = [/took the third vote away/, /pve-3: joins/].map((line) =>
      lines.findIndex((each) => line.test(each)),
    );
    expect([code, order[0] !== -1, (order[1] ?? 0) > (order[0] ?? 0)]).toEqual([0, true, true]);
    expect(votes(world)).toEqual({ expected: 3, present: 3 });
  });

  it("takes it away from a pair that shrinks: the lone host is quorate, also when host and micro are gone", async () => {
    const { world } = await votingLab();
    const { code, error, lines } = await form(world, ["pve-1"], "remove");
    expect({ code, error }).toEqual({ code: 0, error: "" });
    expect(lines).toContain("pve-1: took the third vote away, which 1 hosts do not want");
    world.state.oci.instances.splice(1);
    expect([votes(world), quorate(world)]).toEqual([{ expected: 1, present: 1 }, true]);
    expect(await form(world, ["pve-1"], "remove")).toMatchObject({ code: 0, error: "" });
  });

  it("takes it away from a pair whose other host is gone for good: that one is forgotten first, by this very vote", async () => {
    const { world } = await votingLab();
    world.state.oci.instances.splice(1, 1);
    const { code, lines } = await form(world, ["pve-1"], "remove");
    expect([code, lines]).toEqual([
      0,
      expect.arrayContaining(["pve-1: forgets pve-2, which is offline and not a host of the lab"]),
    ]);
    expect(votes(world)).toEqual({ expected: 1, present: 1 });
  });

  it("takes it away when the micro has left the lab", async () => {
    const { world, names } = await votingLab();
    world.state.oci.instances.pop();
    expect(await form(world, names, "remove")).toMatchObject({ code: 0, error: "" });
    expect(votes(world)).toEqual({ expected: 2, present: 2 });
  });

  it("asks no host for anything by SSH where there never was one", async () => {
    const { world, names } = await labOf(2);
    expect(await form(world, names, "remove", { TF_VAR_ssh_private_key: "" })).toMatchObject({ code: 0, error: "" });
  });
});
