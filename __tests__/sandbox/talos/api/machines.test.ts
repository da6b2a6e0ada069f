import { gunzipSync } from "node:zlib";
import { connect, type PeerCertificate } from "node:tls";
import { once } from "node:events";
import { status } from "@grpc/grpc-js";
import type { Call, Fault } from "../../../../sandbox/faults/calls.ts";
import { machineAt } from "../../../../sandbox/talos/model/machines.ts";
import { type ClientConfiguration, newClientConfiguration } from "../../../../sandbox/talos/model/config/secrets.ts";
import { type Api, apiAt, clientAs, tunnelTo } from "../clients.ts";
import { apply, bootstrap, configurationOf, secrets } from "../machines.ts";
import { addresses, guest, type Lab, labWith, type NodeName, quickSecrets, vip } from "../world.ts";

const admin = (): ClientConfiguration => newClientConfiguration(secrets(), new Date());
const anybodyAt = async (lab: Lab, name: NodeName): Promise<Api> => apiAt(await tunnelTo(lab, name), "anybody");
const adminAt = async (lab: Lab, name: NodeName): Promise<Api> => apiAt(await tunnelTo(lab, name), admin());

async function requestFor(lab: Lab, name: NodeName, more: object = {}): Promise<object> {
  return { data: Buffer.from(String(await configurationOf(lab, name))), mode: "AUTO", ...more };
}

function stageOf(lab: Lab, name: NodeName): string | undefined {
  return machineAt(lab.store, () => lab.guests, addresses[name])?.stage;
}

function configurationIn(lab: Lab, name: NodeName): string {
  return lab.store.state.talos[addresses[name]]?.configuration ?? "";
}

async function certificateAt(port: number): Promise<PeerCertificate> {
  const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false, ALPNProtocols: ["h2"] });
  await once(socket, "secureConnect");
  const certificate = socket.getPeerCertificate();
  socket.destroy();
  return certificate;
}

/** The connection is gone: UNAVAILABLE, or INTERNAL where the client was just writing (grpc-js on EPIPE). */
const CUT_OFF = [status.UNAVAILABLE, status.INTERNAL];

async function expectCutOff(call: Promise<unknown>): Promise<void> {
  const failed = await call.then(
    () => null,
    (error: { readonly code?: unknown }) => error.code,
  );
  expect(CUT_OFF).toContain(failed);
}

describe("in maintenance mode", () => {
  it("a machine shows a certificate of its own making", async () => {
    const { issuer, subject, subjectaltname } = await certificateAt(await tunnelTo(labWith("cp-1"), "cp-1"));
    expect(issuer.O).toBe("talos");
    expect(subject.CN).toBe("maintenance-service.talos.dev");
    expect(subjectaltname).toContain("IP Address:127.0.0.1");
  });

  it("it tells anybody its disks, its version and its services", async () => {
    const api = await anybodyAt(labWith("cp-1"), "cp-1");
    expect(await api.one("Disks")).toMatchObject({
      disks: [{ device_name: "/dev/sda", size: String(20 * 1024 ** 3) }],
    });
    expect(await api.one("Version")).toMatchObject({
      version: { tag: "v1.13.9", arch: "arm64" },
      platform: { name: "nocloud" },
      features: null,
    });
    const { services } = await api.one("ServiceList");
    expect(services).not.toContainEqual(expect.objectContaining({ id: "kubelet" }));
  });

  it.each(["Bootstrap", "Reset", "Reboot", "Shutdown", "Upgrade", "EtcdMemberList"])(
    "%s is not possible",
    async (method) => {
      const lab = labWith("cp-1");
      await expect((await anybodyAt(lab, "cp-1")).one(method)).rejects.toThrow();
      expect(stageOf(lab, "cp-1")).toBe("maintenance");
    },
  );

  it("what changes something is for nobody there", async () => {
    const api = await anybodyAt(labWith("cp-1"), "cp-1");
    await expect(api.one("Bootstrap")).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
      details: "not authorized",
    });
    await expect(api.stream("Kubeconfig")).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
  });

  it("it takes a configuration, whatever node is named, and says how", async () => {
    const lab = labWith("cp-1");
    const api = await anybodyAt(lab, "cp-1");
    const answer = await api.one("ApplyConfiguration", await requestFor(lab, "cp-1"), { node: addresses["cp-1"] });
    expect(answer).toMatchObject({
      mode: "NO_REBOOT",
      mode_details: "Applied configuration without a reboot",
      warnings: [],
    });
    expect(stageOf(lab, "cp-1")).toBe("configured");
  });

  it("it refuses one that is wrong, and stays as it was", async () => {
    const lab = labWith("cp-1");
    const api = await anybodyAt(lab, "cp-1");
    const data = Buffer.from("machine:\n  typ: controlplane\n");
    await expect(api.one("ApplyConfiguration", { data })).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining("unknown field machine.typ"),
    });
    expect(stageOf(lab, "cp-1")).toBe("maintenance");
  });

  it("a dry run changes nothing", async () => {
    const lab = labWith("cp-1");
    const request = await requestFor(lab, "cp-1", { dry_run: true });
    const answer = await (await anybodyAt(lab, "cp-1")).one("ApplyConfiguration", request);
    expect(answer["mode_details"]).toContain("(skipped in dry-run)");
    expect(stageOf(lab, "cp-1")).toBe("maintenance");
  });
});

describe("a configured machine", () => {
  it("has a certificate of its own PKI, with 127.0.0.1 and its certSANs", async () => {
    const lab = labWith("cp-1");
    await apply(lab, "cp-1", { config_patches: ["machine:\n  certSANs: [lab.example.org]\n"] });
    const { subjectaltname, issuer } = await certificateAt(await tunnelTo(lab, "cp-1"));
    expect(issuer.O).toBe("talos");
    for (const name of ["DNS:lab.example.org", "DNS:cp-1", "IP Address:127.0.0.1", `IP Address:${addresses["cp-1"]}`])
      expect(subjectaltname).toContain(name);
  });

  it("takes nothing from anybody any more", async () => {
    const lab = labWith("cp-1");
    await apply(lab, "cp-1");
    const before = configurationIn(lab, "cp-1");
    const api = await anybodyAt(lab, "cp-1");
    await expectCutOff(api.one("Disks"));
    await expectCutOff(api.one("ApplyConfiguration", await requestFor(lab, "cp-1")));
    expect(configurationIn(lab, "cp-1")).toBe(before);
  });

  it("takes nothing over a connection from before it was configured", async () => {
    const lab = labWith("cp-1");
    const api = await anybodyAt(lab, "cp-1");
    await api.one("Version");
    await apply(lab, "cp-1");
    await expectCutOff(api.one("ApplyConfiguration", await requestFor(lab, "cp-1")));
  });

  it("lets in no clients of another cluster", async () => {
    const lab = labWith("cp-1");
    await apply(lab, "cp-1");
    const { certs } = await quickSecrets();
    const stranger = { ...clientAs("os:admin", { ...secrets(), certs }), ca_certificate: secrets().certs.os.cert };
    await expectCutOff(apiAt(await tunnelTo(lab, "cp-1"), stranger).one("Version"));
  });

  it.each([
    ["os:reader", "Reboot", "Version"],
    ["os:reader", "ApplyConfiguration", "Disks"],
    ["os:operator", "Bootstrap", "Reboot"],
    ["os:operator", "Reset", "EtcdMemberList"],
    ["os:operator", "Upgrade", "ServiceList"],
    ["os:nothing", "Version", null],
  ] as const)("a client that is %s may not %s", async (role, forbidden, allowed) => {
    const lab = labWith("cp-1");
    await apply(lab, "cp-1");
    await bootstrap(lab, "cp-1");
    const api = apiAt(await tunnelTo(lab, "cp-1"), clientAs(role, secrets()));
    await expect(api.one(forbidden)).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
      details: "not authorized",
    });
    if (allowed) await expect(api.one(allowed)).resolves.toBeDefined();
  });

  it("is bootstrapped once", async () => {
    const lab = labWith("cp-1");
    await apply(lab, "cp-1");
    const api = await adminAt(lab, "cp-1");
    await expect(api.one("EtcdMemberList")).rejects.toMatchObject({ code: status.UNAVAILABLE });
    await api.one("Bootstrap");
    await expect(api.one("Bootstrap")).rejects.toMatchObject({
      code: status.ALREADY_EXISTS,
      details: "etcd data directory is not empty",
    });
    const { members } = await api.one("EtcdMemberList");
    expect(members).toMatchObject([{ hostname: "cp-1", client_urls: [`https://${addresses["cp-1"]}:2379`] }]);
    const { member_status } = await api.one("EtcdStatus");
    expect(member_status).toMatchObject({ errors: [], is_learner: false });
  });

  it("says which services wait for the bootstrap", async () => {
    const lab = labWith("cp-1");
    await apply(lab, "cp-1");
    const api = await adminAt(lab, "cp-1");
    const etcd = async (): Promise<unknown> => (await api.one("ServiceList"))["services"];
    expect(await etcd()).toContainEqual(expect.objectContaining({ id: "etcd", state: "Preparing" }));
    await api.one("Bootstrap");
    expect(await etcd()).toContainEqual(expect.objectContaining({ id: "etcd", state: "Running" }));
  });

  it("tells of each service its last event, by which health checks judge it", async () => {
    const lab = labWith("cp-1");
    await apply(lab, "cp-1");
    const api = await adminAt(lab, "cp-1");
    await api.one("Bootstrap");
    const { services } = await api.one("ServiceList");
    if (!Array.isArray(services)) throw new Error("no list");
    expect(services.length).toBeGreaterThan(3);
    for (const { state, events } of services)
      expect(events.events.at(-1)).toMatchObject({ state, ts: { seconds: expect.any(String) } });
  });

  it("hands out a kubeconfig as the one file of an archive", async () => {
    const lab = labWith("cp-1");
    await apply(lab, "cp-1");
    const [chunk, ...more] = await (await adminAt(lab, "cp-1")).stream("Kubeconfig", { node: addresses["cp-1"] });
    const { bytes } = chunk ?? {};
    if (!(bytes instanceof Uint8Array)) throw new Error("no bytes");
    const archive = gunzipSync(bytes).toString();
    expect(more).toEqual([]);
    expect(archive.slice(0, 11)).toBe("kubeconfig\0");
    expect(archive).toContain(`server: https://${vip}:6443`);
  });

  it("keeps a staged configuration until it reboots", async () => {
    const lab = labWith("cp-1");
    await apply(lab, "cp-1");
    const api = await adminAt(lab, "cp-1");
    const before = configurationIn(lab, "cp-1");
    const data = Buffer.from(before.replace("hostname: cp-1", "hostname: other"));
    expect(await api.one("ApplyConfiguration", { data, mode: "STAGED" })).toMatchObject({ mode: "STAGED" });
    expect(await api.one("Hostname")).toMatchObject({ hostname: "cp-1" });
    await api.one("Reboot");
    expect(await api.one("Hostname")).toMatchObject({ hostname: "other" });
  });

  it("has booted once more after a reboot", async () => {
    const lab = labWith("cp-1");
    await apply(lab, "cp-1");
    await (await adminAt(lab, "cp-1")).one("Reboot");
    expect(lab.store.state.talos[addresses["cp-1"]]).toMatchObject({ boots: 1 });
  });

  it("takes a configuration that is tried back after its time", async () => {
    const lab = labWith("cp-1");
    await apply(lab, "cp-1");
    const api = await adminAt(lab, "cp-1");
    const before = configurationIn(lab, "cp-1");
    const seen: string[] = [];
    lab.store.changed = () => seen.push(configurationIn(lab, "cp-1"));
    const tried = before.replace("hostname: cp-1", "hostname: other");
    const trial = { mode: "TRY", try_mode_timeout: { nanos: 1_000_000 } };
    const answer = await api.one("ApplyConfiguration", { data: Buffer.from(tried), ...trial });
    expect(answer).toMatchObject({ mode: "TRY", mode_details: expect.stringContaining("reverted back in 0.001s") });
    while (seen.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(seen).toEqual([tried, before]);
  });

  it("keeps a configuration that is tried for longer than a timer can wait", async () => {
    const lab = labWith("cp-1");
    await apply(lab, "cp-1");
    const api = await adminAt(lab, "cp-1");
    const tried = configurationIn(lab, "cp-1").replace("hostname: cp-1", "hostname: other");
    const trial = { mode: "TRY", try_mode_timeout: { seconds: 2 ** 40 } };
    const timers = jest.spyOn(globalThis, "setTimeout");
    await api.one("ApplyConfiguration", { data: Buffer.from(tried), ...trial });
    const waits = timers.mock.calls.map(([, milliseconds]) => milliseconds ?? 0);
    timers.mockRestore();
    expect(Math.max(...waits)).toBe(2 ** 31 - 1);
  });

  it("is in maintenance mode again after a reset of STATE", async () => {
    const lab = labWith("cp-1");
    await apply(lab, "cp-1");
    const port = await tunnelTo(lab, "cp-1");
    const system_partitions_to_wipe = [{ label: "STATE", wipe: true }];
    await apiAt(port, admin()).one("Reset", { graceful: false, reboot: true, system_partitions_to_wipe });
    await expect(apiAt(port, "anybody").one("Disks")).resolves.toBeDefined();
  });

  it("is off after a reset without a reboot, and after a shutdown", async () => {
    const lab = labWith("cp-1", "cp-2");
    for (const name of ["cp-1", "cp-2"] as const) await apply(lab, name);
    await (await adminAt(lab, "cp-1")).one("Reset", { graceful: false, reboot: false });
    await (await adminAt(lab, "cp-2")).one("Shutdown");
    for (const name of ["cp-1", "cp-2"] as const) expect(stageOf(lab, name)).toBeUndefined();
    await expectCutOff((await adminAt(lab, "cp-1")).one("Version"));
  });

  it("has another boot id after a reboot, and tells those who wait that it is ready", async () => {
    const lab = labWith("cp-1");
    await apply(lab, "cp-1");
    const api = await adminAt(lab, "cp-1");
    const path = "/proc/sys/kernel/random/boot_id";
    const bootId = async (): Promise<string> => String((await api.stream("Read", {}, { path }))[0]?.["bytes"]);
    const before = await bootId();
    expect(await bootId()).toBe(before);
    const waiting = api.first(3, "Events");
    const { actor_id } = await api.one("Reboot");
    const [hello, ...events] = await waiting;
    expect(hello).toMatchObject({ id: "", actor_id: "" });
    expect(events.at(-1)).toMatchObject({ data: { type_url: "talos/runtime/machine.MachineStatusEvent" }, actor_id });
    expect(await bootId()).not.toBe(before);
    await expect(api.stream("Read", {}, { path: "/etc/shadow" })).rejects.toThrow("no such file or directory");
  });

  it("tells that its services stop when it is reset, and ends its streams", async () => {
    const lab = labWith("cp-1");
    await apply(lab, "cp-1");
    const api = await adminAt(lab, "cp-1");
    const events = api.stream("Events");
    await api.one("Version");
    await api.one("Reset", { graceful: false, reboot: true });
    const told = (await events).slice(1);
    expect(told).toHaveLength(3);
    expect(told.at(-1)).toMatchObject({ data: { type_url: "talos/runtime/machine.TaskEvent" } });
  });

  it("runs the Talos of the image it booted, whatever its configuration would install, until it is upgraded", async () => {
    const lab = labWith("cp-1");
    const installer = "factory.talos.dev/nocloud-installer/abc:v1.14.0";
    await apply(lab, "cp-1", { config_patches: [`machine:\n  install:\n    image: ${installer}\n`] });
    const api = await adminAt(lab, "cp-1");
    expect(await api.one("Version")).toMatchObject({ version: { tag: "v1.13.9" }, features: { rbac: true } });
    await api.one("Reboot");
    expect(await api.one("Version")).toMatchObject({ version: { tag: "v1.13.9" } });
    await api.one("Upgrade", { image: installer });
    expect(await api.one("Version")).toMatchObject({ version: { tag: "v1.14.0" } });
  });

  it("takes a Kubernetes that the Talos it runs can run, and not one of the Talos it would install", async () => {
    const lab = labWith("cp-1");
    const patch = "machine:\n  install:\n    image: installer:v1.14.0\n  kubelet:\n    image: kubelet:v1.37.0\n";
    await expect(apply(lab, "cp-1", { config_patches: [patch] })).rejects.toThrow("Talos 1.13 runs Kubernetes 1.31 to");
  });

  it("that is a worker listens once a control plane has signed its certificate", async () => {
    const lab = labWith("cp-1", "worker-1");
    await apply(lab, "worker-1");
    const port = await tunnelTo(lab, "worker-1");
    await expectCutOff(apiAt(port, admin()).one("Version"));
    await apply(lab, "cp-1");
    await expect(apiAt(port, admin()).one("Hostname")).resolves.toMatchObject({ hostname: "worker-1" });
  });
});

describe("a call for other nodes", () => {
  async function cluster(): Promise<Lab> {
    const lab = labWith("cp-1", "cp-2", "worker-1");
    for (const name of ["cp-1", "cp-2", "worker-1"] as const) await apply(lab, name);
    return lab;
  }

  it("is passed on by a control plane", async () => {
    const api = await adminAt(await cluster(), "cp-1");
    expect(await api.one("Hostname", {}, { node: addresses["worker-1"] })).toMatchObject({
      hostname: "worker-1",
      metadata: null,
    });
  });

  it("for several says of each answer whose it is, and of each error", async () => {
    const api = await adminAt(await cluster(), "cp-1");
    const nodes = [addresses["cp-1"], addresses["worker-1"], "10.20.0.99"].join(",");
    expect(await api.all("Hostname", {}, { nodes })).toMatchObject([
      { hostname: "cp-1", metadata: { hostname: addresses["cp-1"], error: "" } },
      { hostname: "worker-1", metadata: { hostname: addresses["worker-1"], error: "" } },
      {
        metadata: {
          hostname: "10.20.0.99",
          error: expect.stringContaining("rpc error: code = Unavailable desc = connection error"),
          status: { code: status.UNAVAILABLE },
        },
      },
    ]);
  });

  it("is not passed on by a worker", async () => {
    const api = await adminAt(await cluster(), "worker-1");
    expect(await api.one("Hostname", {}, { node: addresses["worker-1"] })).toMatchObject({ hostname: "worker-1" });
    await expect(api.one("Hostname", {}, { node: addresses["cp-1"] })).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
      details: "no request forwarding",
    });
  });

  it("does not reach a machine that was made anew and waits for its configuration", async () => {
    const lab = await cluster();
    lab.guests.splice(1, 1, guest("cp-2", "second"));
    const api = await adminAt(lab, "cp-1");
    await expect(api.one("Hostname", {}, { node: addresses["cp-2"] })).rejects.toMatchObject({
      code: status.UNAVAILABLE,
      details: expect.stringContaining("certificate signed by unknown authority"),
    });
  });
});

describe("each call", () => {
  function watched(fault: Fault | null): { readonly lab: Lab; readonly told: string[] } {
    const told: string[] = [];
    const plain = labWith("cp-1");
    const words = ({ interface: via, method, target }: Call): string => `${via} ${method} ${target}`;
    const calls = {
      begin: (call: Call) => (call.method === "Version" ? fault : null),
      end: (call: Call, answer: string) => void told.push(`${words(call)}: ${answer}`),
      bug: () => undefined,
    };
    return { lab: { ...plain, store: { ...plain.store, calls } }, told };
  }

  it("is told with its answer", async () => {
    const { lab, told } = watched(null);
    const api = await anybodyAt(lab, "cp-1");
    await api.one("Version");
    await expect(api.one("Bootstrap")).rejects.toThrow();
    expect(told).toEqual([
      `talos Version ${addresses["cp-1"]}: OK`,
      `talos Bootstrap ${addresses["cp-1"]}: PERMISSION_DENIED`,
    ]);
  });

  it.each([
    [{ kind: "status", status: 429, message: "slow down", retryAfterSeconds: 2 }, status.UNAVAILABLE],
    [{ kind: "status", status: 500, code: "ResourceExhausted" }, status.RESOURCE_EXHAUSTED],
  ] as const)("can be made to fail with %o", async (fault, code) => {
    const { lab, told } = watched(fault);
    await expect((await anybodyAt(lab, "cp-1")).one("Version")).rejects.toMatchObject({ code });
    expect(told).toHaveLength(1);
  });

  it.each(["reset", "lost"] as const)("can be %s", async (kind) => {
    const { lab, told } = watched({ kind });
    await expectCutOff((await anybodyAt(lab, "cp-1")).one("Version"));
    expect(told).toEqual([`talos Version ${addresses["cp-1"]}: ${kind}`]);
  });

  it("can be slow", async () => {
    const { lab } = watched({ kind: "slow", ms: 1 });
    await expect((await anybodyAt(lab, "cp-1")).one("Version")).resolves.toBeDefined();
  });
});
