/** The CLI's own tunnels, by the machine's own `ssh`, to the sandbox's hosts. */
import { execFile, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { processesWith } from "../../../cli/clients/processes.ts";
import { sshArguments, writeSshFiles } from "../../../cli/clients/ssh.ts";
import { openTunnels, type OpenTunnels, type TunnelOptions } from "../../../cli/clients/tunnels.ts";
import { type Secrets } from "../../../cli/engine/state/secrets-schema.ts";
import { generateSshKey, type SshKey } from "../../../sandbox/pki/ssh-key.ts";
import { which } from "../../../cli/engine/terraform/tools.ts";
import type { Call, Fault } from "../../../sandbox/faults/calls.ts";
import type { Instance } from "../../../sandbox/oci/resources/instance.ts";
import { listenSsh, type SshPort } from "../../../sandbox/ssh/index.ts";
import { endpointFrom } from "../../../sandbox/systems/endpoints.ts";
import type { Store } from "../../../sandbox/world/store.ts";
import { addressOf, worldWith } from "../proxmox/world.ts";

const PATH = process.env["PATH"] ?? "";
const withSsh = which("ssh", PATH) === undefined ? describe.skip : describe;
const title = which("ssh", PATH) === undefined ? " (skipped: ssh is not on PATH)" : "";

const secrets: Secrets = {
  version: 1,
  rootPassword: "x",
  rootPasswordHash: "x",
  userKey: generateSshKey("ampere-lab"),
  hostKeys: { "pve-1": generateSshKey("root@pve-1") },
};

let folder: string;
let said: string[];
let told: string[];
let faults: Map<string, Fault>;
let world: Store;
let port: SshPort;
let opened: OpenTunnels | null;

/** The host's instance, as OciStack makes it. */
function host(): Instance {
  const [instance] = world.state.oci.instances;
  if (!instance) throw new Error("no instance");
  return instance;
}

function bootWith(hostKey: SshKey | undefined, userKey: SshKey): void {
  const config = {
    hostname: "pve-1",
    ssh_keys: hostKey && { ed25519_private: hostKey.private, ed25519_public: hostKey.public },
    disable_root: false,
  };
  host().userData = `#cloud-config\n${JSON.stringify(config)}`;
  host().metadata = { ssh_authorized_keys: userKey.public };
}

function watched(store: Store): Store {
  return {
    ...store,
    calls: {
      begin: ({ method }: Call) => faults.get(method) ?? null,
      end: ({ interface: via, method, target }: Call, answer: string) =>
        void told.push(`${via} ${method} ${target}: ${answer}`),
      bug: () => undefined,
    },
  };
}

/** Below the ports that the system hands out by itself, so that nobody else comes by one meanwhile. */
async function freePort(): Promise<number> {
  for (;;) {
    const candidate = 20_000 + Math.floor(Math.random() * 12_000);
    const server = await new Promise<Server | null>((resolve) => {
      const probe = createServer().listen(candidate, "127.0.0.1", () => resolve(probe));
      probe.once("error", () => resolve(null));
    });
    if (server === null) continue;
    await new Promise((resolve) => server.close(resolve));
    return candidate;
  }
}

async function options(more: Partial<TunnelOptions> = {}): Promise<TunnelOptions> {
  return {
    tunnels: [
      { name: "pve-1", localPort: await freePort(), via: "pve-1", target: { address: addressOf("pve-1"), port: 8006 } },
    ],
    addresses: { "pve-1": "127.0.0.1" },
    sshPorts: { "pve-1": port.port },
    files: writeSshFiles(folder, secrets),
    logs: folder,
    env: { PATH },
    signal: new AbortController().signal,
    say: (line) => said.push(line),
    patienceMs: 0,
    retryMs: 10,
    ...more,
  };
}

async function open(settings: TunnelOptions): Promise<TunnelOptions> {
  opened = await openTunnels(settings);
  return settings;
}

function localPort({ tunnels }: TunnelOptions): number {
  return tunnels[0]?.localPort ?? 0;
}

/** HTTP status of PVE's API behind a tunnel. */
function statusAt(at: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = {
      host: "127.0.0.1",
      port: at,
      path: "/api2/json/version",
      rejectUnauthorized: false,
      agent: false,
    };
    get(request, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on("error", reject);
  });
}

async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10));
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "ampere-ssh-"));
  said = [];
  told = [];
  faults = new Map();
  opened = null;
  world = watched(worldWith({ name: "pve-1" }));
  const key = secrets.hostKeys["pve-1"];
  if (key) bootWith(key, secrets.userKey);
  port = await listenSsh(world, addressOf("pve-1"), endpointFrom);
});
afterEach(async () => {
  opened?.close();
  port.close();
  await eventually(() => processesWith(`${folder}/ssh/config`).length === 0);
  rmSync(folder, { recursive: true });
});

withSsh(`tunnels to the sandbox's hosts${title}`, () => {
  it("lead to what runs on a host", async () => {
    const settings = await open(await options());
    expect(await statusAt(localPort(settings))).toBe(401);
    expect(told).toContain("ssh login pve-1: accepted");
    expect(told).toContain(`ssh direct-tcpip ${addressOf("pve-1")}:8006: open`);
  });

  it("that are guarded lead there, too, for those who may pass alone", async () => {
    const [tunnel] = (await options()).tunnels;
    const guarded = tunnel ? [{ ...tunnel, guarded: true as const }] : [];
    let owner: "ours" | "another's" = "ours";
    const settings = await open(await options({ tunnels: guarded, whose: () => owner }));
    expect(await statusAt(localPort(settings))).toBe(401);
    owner = "another's";
    await expect(statusAt(localPort(settings))).rejects.toThrow();
  });

  it("carry many connections at once", async () => {
    const settings = await open(await options());
    const statuses = await Promise.all(Array.from({ length: 20 }, () => statusAt(localPort(settings))));
    expect(new Set(statuses)).toEqual(new Set([401]));
  });

  it("are not opened to a host that shows another key, and nothing is sent to it", async () => {
    bootWith(generateSshKey("root@somebody"), secrets.userKey);
    await expect(options().then(openTunnels)).rejects.toThrow(
      "pve-1 (127.0.0.1) shows another SSH host key than the one this lab gave it",
    );
    expect(told).toEqual([]);
  });

  it("are not opened to a host that made its own key", async () => {
    bootWith(undefined, secrets.userKey);
    await expect(options().then(openTunnels)).rejects.toThrow("shows another SSH host key");
  });

  it("are not opened to a host that the lab gave no key", async () => {
    const settings = await options();
    const files = writeSshFiles(folder, { ...secrets, hostKeys: {} });
    await expect(openTunnels({ ...settings, files })).rejects.toThrow("shows another SSH host key");
    expect(told).toEqual([]);
  });

  it("are refused to clients whose key the host does not know", async () => {
    host().metadata = { ssh_authorized_keys: generateSshKey("somebody").public };
    await expect(options().then(openTunnels)).rejects.toThrow(
      "pve-1 (127.0.0.1) does not let us in after 0 minutes: root@127.0.0.1: Permission denied (publickey)",
    );
  });

  it("are refused to root where cloud-init disabled it", async () => {
    host().userData = host().userData.replace('"disable_root":false', '"disable_root":true');
    await expect(options().then(openTunnels)).rejects.toThrow("Permission denied (publickey)");
  });

  it("that are cut are opened again", async () => {
    const settings = await open(await options());
    expect(await statusAt(localPort(settings))).toBe(401);
    port.cut();
    await eventually(() => said.includes("the tunnel to pve-1 was cut: opening it again"));
    await eventually(() => told.filter((line) => line.startsWith("ssh login")).length === 2);
    await eventually(() =>
      statusAt(localPort(settings)).then(
        (status) => status === 401,
        () => false,
      ),
    );
  });

  it("wait for a host that is down", async () => {
    host().state = "STOPPED";
    const opening = open(await options({ patienceMs: 60_000 }));
    await eventually(() => said.some((line) => line.startsWith("waiting for pve-1 (127.0.0.1): ")));
    host().state = "RUNNING";
    expect(await statusAt(localPort(await opening))).toBe(401);
  });

  it("whose target does not listen are refused there, and the others go on", async () => {
    const settings = await options();
    const [first] = settings.tunnels;
    if (!first) throw new Error("no tunnel");
    const dead = {
      ...first,
      name: "dead",
      localPort: await freePort(),
      target: { address: "10.20.0.99", port: 50_000 },
    };
    await open({ ...settings, tunnels: [first, dead] });
    await expect(statusAt(dead.localPort)).rejects.toThrow();
    expect(await statusAt(localPort(settings))).toBe(401);
    expect(told).toContain("ssh direct-tcpip 10.20.0.99:50000: refused");
  });

  it("meet the faults that are asked for", async () => {
    faults.set("login", { kind: "status", status: 500 });
    await expect(options().then(openTunnels)).rejects.toThrow("Permission denied");
    faults.set("login", { kind: "reset" });
    await expect(options().then(openTunnels)).rejects.toThrow("does not let us in");
    faults.clear();
    const settings = await open(await options());
    faults.set("direct-tcpip", { kind: "status", status: 500 });
    await expect(statusAt(localPort(settings))).rejects.toThrow();
  });

  it("open wherever the lab lives, whatever its folder is called", async () => {
    const parts = ["%", "%h", "$", "{HOME}", '"', "'", " ", "#", "=", "~", "\\", "-F", "ä", "\n", ",", "*", "none"];
    const names = fc.sample(fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 6 }), {
      numRuns: 6,
      seed: 20,
    });
    for (const name of [
      "%d",
      "a b",
      '"',
      "-o Foo=bar",
      "${HOME}",
      "~",
      "none",
      ...names.map((each) => each.join("")),
    ]) {
      const settings = await options();
      const home = join(folder, `x${name}`);
      opened = await openTunnels({ ...settings, files: writeSshFiles(home, secrets), logs: home });
      expect([name, await statusAt(localPort(settings))]).toEqual([name, 401]);
      opened.close();
    }
  }, 120_000);

  /** An ssh that finds this text as the configuration of the machine. */
  function withConfig(text: string): string {
    const file = join(folder, "their-config");
    writeFileSync(file, text);
    const inside = `mount --bind ${file} /etc/ssh/ssh_config && exec ${which("ssh", PATH)} "$@"`;
    const program = `#!/bin/sh\nexec unshare --mount --map-root-user sh -c '${inside}' ssh "$@"\n`;
    mkdirSync(join(folder, "bin"), { recursive: true });
    writeFileSync(join(folder, "bin", "ssh"), program, { mode: 0o755 });
    return `${join(folder, "bin")}:${PATH}`;
  }
  const mounts = spawnSync("unshare", ["--mount", "--map-root-user", "true"]).status === 0;
  const itWithMounts = mounts && existsSync("/etc/ssh/ssh_config") ? it : it.skip;

  itWithMounts(
    `open whatever configuration of ssh there is${mounts ? "" : " (skipped: no mount namespaces)"}`,
    async () => {
      for (const text of [
        "Host *\n  ClearAllForwardings yes\n",
        "Host *\n  RemoteForward 9999 127.0.0.1:22\n",
        "Host *\n  ProxyCommand false\n",
        "Match all\n  HostName 192.0.2.1\n  Port 1\n",
        "Host *\n  User nobody\n  IdentityFile /nowhere\n  PubkeyAuthentication no\n",
        "Host *\n  SessionType none\n  RemoteCommand cat\n  RequestTTY force\n",
        "Host *\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n  ControlMaster auto\n  ControlPath /tmp/x-%C\n",
        "this is no configuration\n",
      ]) {
        const settings = await options({ env: { PATH: withConfig(text) } });
        opened = await openTunnels(settings);
        expect([text, await statusAt(localPort(settings))]).toEqual([text, 401]);
        opened.close();
      }
    },
  );

  it("are all there is, but for a few commands: no shell, no other program", async () => {
    const { files } = await options();
    const args = sshArguments("pve-1", "127.0.0.1", files, [], port.port).filter((argument) => argument !== "-N");
    const answer = await new Promise<string>((resolve) => {
      execFile("ssh", [...args, "true"], { cwd: files.folder }, (_error, stdout, stderr) => resolve(stdout + stderr));
    });
    expect(answer).toMatch("bash: true: the sandbox's shell does not have it");
  });
});

it("what is no SSH at all does no harm", async () => {
  for (const text of ["GET / HTTP/1.1\r\n\r\n", "SSH-2.0-x\r\n\0\0\0\u0001", "\0".repeat(5000)]) {
    const socket = connect(port.port, "127.0.0.1")
      .on("error", () => undefined)
      .resume();
    socket.end(text);
    await new Promise((resolve) => socket.once("close", resolve));
  }
  expect(told).toEqual([]);
});
