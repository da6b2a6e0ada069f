/** The micro's vote: set up over SSH, as `pvecm` needs it, and taken away. */
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { parse } from "yaml";
import { generateSshKey } from "../../cli/secrets/openssh.ts";
import { which } from "../../cli/terraform/which.ts";
import { qnetdRules } from "../../constructs/oci/micro.ts";
import { createCluster, deleteNode, joinCluster } from "../../sandbox/proxmox/pve/cluster.ts";
import { isQuorate, votesOf } from "../../sandbox/proxmox/pve/context.ts";
import { endpoint } from "../../sandbox/systems.ts";
import type { Instance } from "../../sandbox/world/oci.ts";
import type { Store } from "../../sandbox/world/store.ts";
import { atHost } from "../sandbox/proxmox-lab.ts";
import { addressOf, instance, PASSWORD, worldWith } from "../sandbox/proxmox-world.ts";
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

interface Wanted {
  readonly stage?: "before" | "after";
  readonly micro?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

async function start(world: Store, names: readonly string[], wanted: Wanted = {}): Promise<Running> {
  const { stage = "after", micro = true, environment } = wanted;
  const described = await ports.open(world, ...names);
  const hosts = [];
  for (const host of described) hosts.push({ ...host, ssh: await sshPort(world, host.address) });
  const address = addressOf(MICRO);
  return startStep("third-vote.mjs", {
    HOME: process.env["HOME"],
    PVE_STAGE: stage,
    PVE_HOSTS: JSON.stringify(hosts),
    TF_VAR_ssh_private_key: userKey.private,
    TF_VAR_ssh_host_keys: JSON.stringify(keys),
    ...(micro && { PVE_MICRO: JSON.stringify({ name: MICRO, address, ssh: await sshPort(world, address) }) }),
    ...environment,
  });
}

async function vote(world: Store, names: readonly string[], wanted: Wanted = {}): Promise<Outcome> {
  return (await start(world, names, wanted)).outcome;
}

const votes = (world: Store) => votesOf(world, atHost(world, "pve-1").datacenter);
const quorate = (world: Store) => isQuorate(world, atHost(world, "pve-1").datacenter);
const down = (world: Store, host: string): void => {
  world.state.faults = { lastId: 1, active: [{ id: 1, spec: { what: "down", host }, seen: 0, hits: 0 }] };
};

withSsh(`third-vote${title}`, () => {
  it("gives a pair a third vote, with which it survives the loss of a host", async () => {
    const { world, names } = await labOf(2);
    expect(votes(world)).toEqual({ expected: 2, present: 2 });
    const { code, lines, error } = await vote(world, names);
    expect({ code, error }).toEqual({ code: 0, error: "" });
    expect(lines.at(-1)).toBe(`${MICRO} votes: expected votes 3, and all of them are there`);
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
    const { world, names } = await labOf(2);
    await vote(world, names);
    down(world, MICRO);
    expect([votes(world), quorate(world)]).toEqual([{ expected: 3, present: 2 }, true]);
    world.state.oci.instances.splice(1, 1);
    expect(quorate(world)).toBe(false);
  });

  it("changes nothing when it is run again", async () => {
    const { world, names } = await labOf(2);
    await vote(world, names);
    const before = structuredClone(world.state);
    const { code, lines } = await vote(world, names);
    expect([code, lines.at(-1)]).toEqual([0, expect.stringContaining(`${MICRO} votes already`)]);
    expect(world.state).toEqual(before);
  });

  it.each(["before the micro knows the hosts", "before the certificates are made"])(
    "goes on after it was cut short %s",
    async (moment) => {
      const { world, names } = await labOf(2);
      const running = await start(world, names);
      const shells = () => Object.values(world.state.shells ?? {});
      const reached = (): boolean =>
        moment.startsWith("before the micro") || shells().some(({ authorizedKeys }) => authorizedKeys.length > 0);
      while (!reached()) await new Promise(setImmediate);
      running.kill("SIGKILL");
      await running.outcome;
      expect(await vote(world, names)).toMatchObject({ code: 0, error: "" });
      expect(votes(world)).toEqual({ expected: 3, present: 3 });
    },
  );

  it("goes on where an earlier run has left certificates and no vote", async () => {
    const { world, names } = await labOf(2);
    const { bootVolumeId } = atHost(world, "pve-2").host;
    world.state.shells = { [bootVolumeId]: { knownHosts: [], authorizedKeys: [], qdeviceStore: true } };
    expect(await vote(world, names)).toMatchObject({ code: 0, error: "" });
    expect(votes(world)).toEqual({ expected: 3, present: 3 });
  });

  it("gives a host that was made anew its certificate again", async () => {
    const { world, names } = await labOf(2);
    await vote(world, names);
    replace(world, "pve-2");
    deleteNode(atHost(world, "pve-1"), "pve-2");
    await join(world, "pve-2");
    const connected = () => atHost(world, "pve-1").datacenter.corosync?.qdevice?.nodes.length;
    expect(connected()).toBe(2);
    expect(await vote(world, names)).toMatchObject({ code: 0, error: "" });
    down(world, "pve-1");
    expect(isQuorate(world, atHost(world, "pve-2").datacenter)).toBe(true);
  });

  it("sets the vote up again with a micro that was made anew", async () => {
    const { world, names } = await labOf(2);
    await vote(world, names);
    replace(world, MICRO);
    expect(votes(world)).toEqual({ expected: 3, present: 2 });
    expect(await vote(world, names)).toMatchObject({ code: 0, error: "" });
    expect(votes(world)).toEqual({ expected: 3, present: 3 });
  });

  it("takes the vote away before a third host joins, and not before a host is replaced", async () => {
    const { world, names } = await labOf(2);
    await vote(world, names);
    expect(await vote(world, names, { stage: "before" })).toMatchObject({ code: 0 });
    expect(votes(world).expected).toBe(3);
    world.state.oci.instances.push(booted("pve-3"));
    const { code, lines } = await vote(world, [...names, "pve-3"], { stage: "before" });
    expect([code, lines.at(-1)]).toEqual([0, "pve-1: took the third vote away, which 3 hosts do not want"]);
    expect(votes(world)).toEqual({ expected: 2, present: 2 });
    expect((await vote(world, [...names, "pve-3"])).lines).toEqual(["3 hosts want no third vote"]);
  });

  it("lasts while a host is replaced: form-cluster has the quorum to forget the old one", async () => {
    const { world, names } = await labOf(2);
    await vote(world, names);
    replace(world, "pve-2");
    const hosts = JSON.stringify(await ports.open(world, ...names));
    const form = startStep("form-cluster.mjs", { PVE_CLUSTER: "lab", PVE_HOSTS: hosts });
    const { code, lines } = await form.outcome;
    expect([code, lines]).toEqual([0, expect.arrayContaining(["pve-1: forgets pve-2, which was made anew"])]);
    expect(await vote(world, names)).toMatchObject({ code: 0, error: "" });
    expect(votes(world)).toEqual({ expected: 3, present: 3 });
  });

  it("takes the vote away when the micro has left the lab", async () => {
    const { world, names } = await labOf(2);
    await vote(world, names);
    world.state.oci.instances.pop();
    expect(await vote(world, names, { stage: "before", micro: false })).toMatchObject({ code: 0, error: "" });
    expect(votes(world)).toEqual({ expected: 2, present: 2 });
  });

  it("asks no host for anything where there never was a vote", async () => {
    const { world, names } = await labOf(2);
    const environment = { TF_VAR_ssh_private_key: "" };
    const { code, lines } = await vote(world, names, { stage: "before", micro: false, environment });
    expect([code, lines]).toEqual([0, ["there is no third vote to take away"]]);
  });

  it("shows no vote where the micro's own iptables reject it, and says which port", async () => {
    const { world, names } = await labOf(2, { runcmd: [] });
    const environment = { PVE_TIMEOUT_SECONDS: "15" };
    const { code, error } = await vote(world, names, { environment });
    expect([code, error]).toEqual([1, expect.stringMatching(/waiting for the vote of qdevice-4 \(port 5403 of /)]);
    expect(votes(world)).toEqual({ expected: 3, present: 2 });
  });

  it("says in pvecm's own words why it refuses, and does not take that for a connection that broke", async () => {
    const { world, names } = await labOf(3);
    down(world, "pve-3");
    const { code, error } = await vote(world, names.slice(0, 2));
    expect([code, error]).toEqual([1, expect.stringContaining("All nodes must be online! Node pve-3 is offline")]);
  });

  it("says that cloud-init has not installed qnetd", async () => {
    const { world, names } = await labOf(2, { packages: [] });
    const { code, error } = await vote(world, names, { environment: { PVE_TIMEOUT_SECONDS: "4" } });
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

  it("leaves neither key nor host keys behind", async () => {
    const { world, names } = await labOf(2);
    const { lines, error } = await vote(world, names);
    expect([...lines, error].join()).not.toMatch(/PRIVATE KEY|AAAA/);
  });

  it.each([
    ["PVE_STAGE is now", { PVE_STAGE: "now" }],
    ["PVE_MICRO needs the texts name and address", { PVE_MICRO: "{}" }],
    ["PVE_HOSTS[0] needs the port ssh", { PVE_HOSTS: JSON.stringify([{ name: "a", api: "b", address: "c" }]) }],
    ["TF_VAR_ssh_private_key is not set", { TF_VAR_ssh_private_key: "" }],
  ])("refuses wrong input with exit code 2: %s", async (message, environment) => {
    const { world, names } = await labOf(2);
    const { code, error } = await vote(world, names, { environment });
    expect([code, error]).toEqual([2, expect.stringContaining(message)]);
  });
});
