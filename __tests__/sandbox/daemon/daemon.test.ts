import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  type LoggedCall,
  openSandbox,
  runningSandbox,
  type Sandbox,
  type SandboxOptions,
} from "../../../sandbox/client.ts";
import type { DaemonInfo } from "../../../sandbox/daemon/files.ts";
import type { Tunnel } from "../../../topology/types.ts";

const LIMITED = { kind: "status", status: 429, code: "TooManyRequests", retryAfterSeconds: 3 } as const;

const homes: string[] = [];

function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), "ampere-lab-daemon-"));
  homes.push(home);
  return home;
}

function start(home: string, options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  return openSandbox({ labHome: home, idleMinutes: 1, ...options });
}

function infoOf(home: string): DaemonInfo {
  return JSON.parse(readFileSync(join(home, ".sandbox", "daemon.json"), "utf8"));
}

/** Resolves when no process has this id. */
async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Below the range that systems take for outgoing connections: nobody else gets one by accident. */
let lastPort = 20_000 + (process.pid % 1000) * 10;

async function holdPort(): Promise<{ readonly port: number; release(): Promise<void> }> {
  for (;;) {
    lastPort += 1;
    const server = net.createServer().listen(lastPort, "127.0.0.1");
    const free = await new Promise<boolean>((resolve) => {
      server.once("listening", () => resolve(true));
      server.once("error", () => resolve(false));
    });
    if (free) return { port: lastPort, release: () => new Promise((resolve) => server.close(() => resolve())) };
  }
}

async function freePort(): Promise<number> {
  const { port, release } = await holdPort();
  await release();
  return port;
}

function tunnel(localPort: number): Tunnel {
  return { name: "pve-1-api", localPort, via: "pve-1", target: { address: "10.0.0.11", port: 8006 } };
}

function accepts(port: number): Promise<boolean> {
  const socket = net.connect(port, "127.0.0.1");
  return new Promise((resolve) => {
    const say = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => say(true));
    // A reset means that somebody was there.
    socket.once("error", (error) => say(!error.message.includes("ECONNREFUSED")));
  });
}

afterEach(async () => {
  for (const home of homes.splice(0)) {
    await (await runningSandbox(home))?.stop();
    rmSync(home, { recursive: true });
  }
});

describe("the sandbox's daemon", () => {
  it("is one to a lab, however many start it at once", async () => {
    const home = newHome();
    const both = await Promise.all([start(home), start(home), start(home)]);
    const [first] = both;
    expect(both.map(({ env }) => env)).toEqual([first?.env, first?.env, first?.env]);
  });

  it("keeps its sockets where nobody else can reach them, and takes them along when it ends", async () => {
    const home = newHome();
    const sandbox = await start(home);
    const { sockets, pid } = infoOf(home);
    expect(statSync(dirname(sockets.control)).mode & 0o777).toBe(0o700);
    expect(statSync(join(home, ".sandbox", "world.json")).mode & 0o777).toBe(0o600);
    await sandbox.stop();
    await gone(pid);
    expect(existsSync(dirname(sockets.control))).toBe(false);
    expect(existsSync(join(home, ".sandbox", "daemon.json"))).toBe(false);
    expect(await runningSandbox(home)).toBeNull();
  });

  it("names the providers for Terraform and for OpenTofu, and no credential", async () => {
    const { env } = await start(newHome());
    expect(Object.keys(JSON.parse(env.TF_REATTACH_PROVIDERS ?? ""))).toEqual([
      "registry.terraform.io/oracle/oci",
      "registry.terraform.io/bpg/proxmox",
      "registry.terraform.io/siderolabs/talos",
      "registry.opentofu.org/oracle/oci",
      "registry.opentofu.org/bpg/proxmox",
      "registry.opentofu.org/siderolabs/talos",
    ]);
    expect(env.TF_VAR_tenancy_ocid).toMatch(/^ocid1\.tenancy\.oc1\.\.[a-z2-7]{60}$/);
    expect(Object.keys(env).toSorted()).toEqual(["CHECKPOINT_DISABLE", "TF_REATTACH_PROVIDERS", "TF_VAR_tenancy_ocid"]);
  });

  it("has the same world again after it was killed", async () => {
    const home = newHome();
    const { env } = await start(home);
    const { pid, sockets } = infoOf(home);
    process.kill(pid, "SIGKILL");
    await gone(pid);
    const again = await start(home);
    expect(again.env.TF_VAR_tenancy_ocid).toBe(env.TF_VAR_tenancy_ocid);
    expect(existsSync(dirname(sockets.control))).toBe(false);
  });

  it("ends a connection to its control socket that sends a line without an end", async () => {
    const home = newHome();
    await start(home);
    const socket = net.connect(infoOf(home).sockets.control);
    await new Promise<void>((resolve) => {
      socket.on("error", () => undefined).once("close", () => resolve());
      socket.write("x".repeat(1_100_000));
    });
  });

  it("begins its log anew when it has become too long", async () => {
    const home = newHome();
    const sandbox = await start(home);
    const log = join(home, ".sandbox", "daemon.log");
    writeFileSync(log, "x".repeat(1_000_001), { flag: "a" });
    const { pid } = infoOf(home);
    await sandbox.stop();
    await gone(pid);
    expect(statSync(log).size).toBeLessThan(1000);
    expect(statSync(`${log}.1`).size).toBeGreaterThan(1_000_000);
  });

  it("ends by itself when nobody has used it for a while", async () => {
    const home = newHome();
    // Another process starts it, so that no connection of this one keeps it.
    const client = join(__dirname, "..", "..", "..", "sandbox", "client.ts");
    const program = `import { openSandbox } from ${JSON.stringify(client)};
      await openSandbox({ labHome: ${JSON.stringify(home)}, idleMinutes: 0.005 });
      console.log(process.getBuiltinModule("fs").readFileSync(${JSON.stringify(join(home, ".sandbox", "daemon.json"))}, "utf8"));`;
    const printed = execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
    await gone(JSON.parse(printed).pid);
    expect(readFileSync(join(home, ".sandbox", "daemon.log"), "utf8")).toContain("ends: idle for 0.005 minutes");
  });

  it.each([
    ["stand-in", ({ sockets }: DaemonInfo) => net.connect(sockets.oci)],
    ["wire API", ({ ociApi }: DaemonInfo) => net.connect(Number(new URL(ociApi).port), "127.0.0.1")],
  ])("makes way for one of newer code, once no client of its %s is connected", async (_, connect) => {
    const home = newHome();
    await start(home);
    const old = infoOf(home);
    writeFileSync(join(home, ".sandbox", "daemon.json"), JSON.stringify({ ...old, code: "older" }));
    const run = connect(old);
    await once(run, "connect");
    await start(home);
    expect(infoOf(home).pid).toBe(old.pid);
    run.destroy();
    await once(run, "close");
    await start(home);
    expect(infoOf(home).pid).not.toBe(old.pid);
  });

  it("opens the tunnels' ports, and again after a restart", async () => {
    const home = newHome();
    const port = await freePort();
    const sandbox = await start(home);
    await sandbox.setTunnels([tunnel(port)]);
    expect(await accepts(port)).toBe(true);
    await sandbox.stop();
    expect(await accepts(port)).toBe(false);
    const again = await start(home);
    expect(await accepts(port)).toBe(true);
    await again.setTunnels([]);
    expect(await accepts(port)).toBe(false);
  });

  it("opens the ports of hosts in no cloud, and again after a restart, and shuts them with the host", async () => {
    const home = newHome();
    const sandbox = await start(home);
    const { api, sshPort } = await sandbox.addHost({ name: "pve", cpus: 8, memoryGb: 32, diskGb: 500 });
    const ports = [Number(new URL(api).port), sshPort];
    const open = () => Promise.all(ports.map(accepts));
    expect(await open()).toEqual([true, true]);
    await sandbox.stop();
    const again = await start(home);
    expect([await open(), (await again.hosts()).map(({ name }) => name)]).toEqual([[true, true], ["pve"]]);
    await expect(again.addHost({ name: "pve", cpus: 8, memoryGb: 32, diskGb: 500 })).rejects.toThrow(
      "is there already",
    );
    await again.removeHost("pve");
    expect(await open()).toEqual([false, false]);
  });

  it("resets connections to where nothing listens", async () => {
    const port = await freePort();
    await (await start(newHome())).setTunnels([tunnel(port)]);
    const socket = net.connect(port, "127.0.0.1");
    const error = await new Promise((resolve) => socket.once("error", resolve));
    expect(error).toMatchObject({ code: "ECONNRESET" });
  });

  it("says which port is taken, by which tunnel of which lab, and leaves the others as they were", async () => {
    const home = newHome();
    const sandbox = await start(home);
    const port = await freePort();
    await sandbox.setTunnels([tunnel(port)]);
    const taken = await holdPort();
    const wanted = [tunnel(await freePort()), tunnel(taken.port)];
    await expect(sandbox.setTunnels(wanted).finally(taken.release)).rejects.toThrow(
      `port ${taken.port} on 127.0.0.1 cannot be opened (EADDRINUSE) for the tunnel pve-1-api of the lab in ${home}: ` +
        "stop what uses it, or give this lab other ports with access.basePort in its config",
    );
    expect(await accepts(port)).toBe(true);
  });

  it("refuses a world that it cannot read, and says how to start over", async () => {
    const home = newHome();
    await (await start(home)).stop();
    writeFileSync(join(home, ".sandbox", "world.json"), "{}");
    await expect(start(home)).rejects.toThrow(/world\.json is no sandbox world of version 5: delete it to start/);
  });

  it("keeps its faults when it ends, and forgets them when it is emptied", async () => {
    const home = newHome();
    const sandbox = await start(home);
    const { id } = await sandbox.addFault({ what: "down", host: "pve-1" });
    await sandbox.stop();
    const again = await start(home);
    expect(await again.faults()).toEqual([{ id, spec: { what: "down", host: "pve-1" }, seen: 0, hits: 0 }]);
    await expect(again.clearFaults(id + 1)).rejects.toThrow(`there is no fault ${id + 1}`);
    await again.reset();
    expect(await again.faults()).toEqual([]);
  });

  it("plays faults, logs calls, and tells subscribers of them until they stop", async () => {
    const home = newHome();
    const sandbox = await start(home);
    const heard: LoggedCall[] = [];
    const { stop } = await sandbox.subscribe((call) => heard.push(call));
    const { id } = await sandbox.addFault({ what: "call", interface: "oci", target: "/20160918/vcns", fault: LIMITED });
    const answers: [number, string | null][] = [];
    for (const path of ["vcns", "vcns"]) {
      const { status, headers } = await fetch(`${infoOf(home).ociApi}/20160918/${path}`);
      answers.push([status, headers.get("retry-after")]);
    }
    expect(answers).toEqual([
      [429, "3"],
      [401, null],
    ]);
    const calls = await sandbox.calls();
    expect(calls).toMatchObject([
      { interface: "oci", method: "GET", target: "/20160918/vcns", answer: expect.stringContaining("429"), fault: id },
      { answer: expect.stringContaining("401"), fault: null },
    ]);
    expect(heard).toEqual(calls);
    stop();
    await fetch(`${infoOf(home).ociApi}/20160918/vcns`);
    await sandbox.calls();
    expect(heard).toHaveLength(2);
  });

  it("empties its world on request, and keeps account, tenancy and tunnels", async () => {
    const home = newHome();
    const sandbox = await start(home, { account: "pay-as-you-go" });
    await sandbox.setTunnels([tunnel(await freePort())]);
    const before = JSON.parse(readFileSync(join(home, ".sandbox", "world.json"), "utf8"));
    await sandbox.reset();
    const after = JSON.parse(readFileSync(join(home, ".sandbox", "world.json"), "utf8"));
    expect(after).toMatchObject({
      oci: { tenancyId: before.oci.tenancyId, account: "pay-as-you-go" },
      tunnels: before.tunnels,
    });
    expect(await sandbox.inventory()).toEqual([]);
    expect((await sandbox.overview()).oci.limits).toContainEqual({
      name: "standard-a1-core-count",
      used: 0,
      limit: 80,
    });
  });
});

describe("real clients", () => {
  it("are told where the API is, and have a key that only its owner reads", async () => {
    const home = newHome();
    const sandbox = await start(home);
    const { oci } = await sandbox.real();
    const endpoint = oci.OCI_CLI_ENDPOINT;
    expect(oci.CLIENT_HOST_OVERRIDES?.split(";")).toContain(`oci_core.ComputeClient=${endpoint}`);
    const keyFile = oci.TF_VAR_private_key_path ?? "";
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    expect(readFileSync(oci.OCI_CLI_CONFIG_FILE ?? "", "utf8")).toContain(`key_file=${keyFile}`);
    const answer = await fetch(`${endpoint}/20160918/regions`);
    expect([answer.status, await answer.json()]).toMatchObject([401, { code: "NotAuthenticated" }]);
  });

  it("find the account's profile in a home of its own, if they look for ~/.oci/config", async () => {
    const { oci } = await (await start(newHome())).real();
    const config = readFileSync(join(oci.TF_HOME_OVERRIDE ?? "", ".oci", "config"), "utf8");
    expect(config).toContain(`[DEFAULT]\nuser=${oci.TF_VAR_user_ocid}\n`);
  });

  it("keep their key when the sandbox is emptied, and when it starts again", async () => {
    const home = newHome();
    const sandbox = await start(home);
    const { oci } = await sandbox.real();
    await sandbox.reset();
    expect((await sandbox.real()).oci).toEqual(oci);
    await sandbox.stop();
    const again = (await (await start(home)).real()).oci;
    expect(again.TF_VAR_fingerprint).toBe(oci.TF_VAR_fingerprint);
  });
});
