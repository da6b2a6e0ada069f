import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { explainSsh, sshArguments, sshMarker, writeSshFiles } from "../../../cli/clients/ssh.ts";
import { answers, openTunnels, type TunnelOptions } from "../../../cli/clients/tunnels.ts";
import { processesWith } from "../../../cli/clients/processes.ts";
import type { Secrets } from "../../../cli/engine/state/secrets-schema.ts";

/** Plays ssh: notes its arguments, and listens at every -L; or says what `ssh-says` holds, and fails. */
const FAKE_SSH = `#!${process.execPath}
const { appendFileSync, existsSync, readFileSync, rmSync } = require("node:fs");
const args = process.argv.slice(2);
appendFileSync(__dirname + "/ssh-calls", JSON.stringify(args) + "\\n");
const says = __dirname + "/ssh-says" + (args.includes("HostKeyAlias=pve-1") && existsSync(__dirname + "/ssh-says-pve-1") ? "-pve-1" : "");
if (existsSync(says)) { console.error(readFileSync(says, "utf8")); if (existsSync(says + "-once")) rmSync(says); process.exit(255); }
for (let i = 0; i < args.length; i++) if (args[i] === "-L") require("node:net").createServer((s) => s.end()).listen(Number(args[i + 1].split(":")[1]), "127.0.0.1");
`;

const key = { private: "-----BEGIN OPENSSH PRIVATE KEY-----", public: "ssh-ed25519 AAAAkey comment" };
const secrets: Secrets = {
  version: 1,
  rootPassword: "x",
  rootPasswordHash: "x",
  userKey: key,
  hostKeys: { "pve-1": key, "pve-2": key },
};

let folder: string;
let said: string[];
let options: TunnelOptions;
/** Below the ports that the system hands out by itself, so that nobody else comes by one meanwhile. */
const freePort = async (): Promise<number> => {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = await listening(port).catch(() => null);
    if (server === null) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
};
const listening = (port: number): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer().listen(port, "127.0.0.1", () => resolve(server));
    server.once("error", reject);
  });
function portOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address;
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "ampere-tunnels-"));
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "bin", "ssh"), FAKE_SSH, { mode: 0o755 });
  said = [];
  options = {
    tunnels: [
      { name: "pve-1", localPort: await freePort(), via: "pve-1", target: { address: "10.0.0.11", port: 8006 } },
      { name: "pve-2", localPort: await freePort(), via: "pve-2", target: { address: "10.0.0.12", port: 8006 } },
    ],
    addresses: { "pve-1": "192.0.2.1", "pve-2": "192.0.2.2" },
    files: writeSshFiles(folder, secrets),
    logs: folder,
    env: { PATH: `${folder}/bin:${process.env["PATH"]}` },
    signal: new AbortController().signal,
    say: (line) => said.push(line),
    patienceMs: 0,
    retryMs: 1,
  };
});
afterEach(async () => {
  await gone();
  rmSync(folder, { recursive: true });
});

const marker = (): string => sshMarker(options.files);
const gone = async (): Promise<void> => {
  while (processesWith(marker()).length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe("tunnels", () => {
  it("are opened by one ssh a host, and closed again", async () => {
    const tunnels = await openTunnels(options);
    expect(processesWith(marker())).toHaveLength(2);
    tunnels.close();
    await gone();
    expect(processesWith(marker())).toEqual([]);
  });

  it("trust only the host keys that the lab made, under the hosts' names", () => {
    expect(readFileSync(join(options.files.folder, "known_hosts"), "utf8")).toBe(
      "pve-1 ssh-ed25519 AAAAkey\npve-2 ssh-ed25519 AAAAkey\n",
    );
    const config = readFileSync(options.files.config, "utf8");
    expect(config).toMatch(/^StrictHostKeyChecking yes$/m);
    expect(config).toMatch(/^GlobalKnownHostsFile \/dev\/null$/m);
    const [tunnel] = options.tunnels;
    const forwards = tunnel ? [{ near: tunnel.localPort, target: tunnel.target }] : [];
    const args = sshArguments("pve-1", "192.0.2.1", options.files, forwards).join(" ");
    expect(args).toContain(`-F ${options.files.config}`);
    expect(args).toContain("-o HostKeyAlias=pve-1");
    expect(args).toContain(`-L 127.0.0.1:${options.tunnels[0]?.localPort}:10.0.0.11:8006 -- root@192.0.2.1`);
  });

  it("give up on an ssh that opens nothing and does not end", async () => {
    writeFileSync(join(folder, "bin", "ssh"), `#!${process.execPath}\nsetInterval(() => undefined, 1000);\n`);
    await expect(openTunnels({ ...options, tryMs: 300 })).rejects.toThrow(
      "does not let us in after 0 minutes: no tunnel",
    );
    await gone();
  });

  it("say what else is known of a host when they give up on it", async () => {
    writeFileSync(join(folder, "bin", "ssh-says"), "ssh: connect to host 192.0.2.1 port 22: Connection timed out");
    const explain = async (host: string) => `${host} is at its UEFI shell`;
    await expect(openTunnels({ ...options, explain })).rejects.toThrow(
      /(pve-\d) \([\d.]+\) does not let us in .*Connection timed out; \1 is at its UEFI shell$/,
    );
    await gone();
  });

  it.each([
    "command-line: line 0: Bad configuration option: foo",
    "/lab/ssh/config line 3: keyword batchmode extra arguments at end of line",
    "Bad local forwarding specification '127.0.0.1:x'",
    "usage: ssh [-46AaCfGgKkMNnqsTtVvXxYy]",
    "ssh: unknown option -- Z",
    "bind [127.0.0.1]:20001: Address already in use\nCould not request local forwarding.",
    "Can't open user config file /lab/ssh/config: No such file or directory",
    'Load key "id_ed25519": invalid format\nroot@192.0.2.1: Permission denied (publickey).',
    "@ WARNING: UNPROTECTED PRIVATE KEY FILE! @",
  ])("take %j for final", (words) => {
    expect(explainSsh("pve-1", "192.0.2.1", words)?.message).toContain("cannot be opened");
  });

  it.each([
    "ssh: connect to host 192.0.2.1 port 22: Connection refused",
    "ssh: connect to host 192.0.2.1 port 22: Connection timed out",
    "kex_exchange_identification: Connection closed by remote host",
    "root@192.0.2.1: Permission denied (publickey).",
    "Connection to 192.0.2.1 closed by remote host.",
    "",
  ])("try again after %j", (words) => {
    expect(explainSsh("pve-1", "192.0.2.1", words)).toBeNull();
  });

  it("name a port that another program has", async () => {
    const server = await listening(options.tunnels[1]?.localPort ?? 0);
    await expect(openTunnels(options)).rejects.toThrow(
      `port ${portOf(server).port} on 127.0.0.1, for the tunnel pve-2, is taken by `,
    );
    await new Promise((resolve) => server.close(resolve));
  });

  it("take their ports back from an ssh that a killed cdktf has left", async () => {
    const killed = new AbortController();
    await openTunnels({ ...options, signal: killed.signal });
    killed.abort();
    const left = processesWith(marker()).map(({ pid }) => pid);
    const tunnels = await openTunnels(options);
    expect(processesWith(marker()).some(({ pid }) => left.includes(pid))).toBe(false);
    tunnels.close();
  });

  it("stop at a host that shows another key", async () => {
    writeFileSync(
      join(folder, "bin", "ssh-says"),
      "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.",
    );
    await expect(openTunnels(options)).rejects.toThrow("shows another SSH host key than the one this lab gave it");
  });

  it("wait for a host that does not answer yet, and say so", async () => {
    writeFileSync(join(folder, "bin", "ssh-says"), "connect to host 192.0.2.1 port 22: Connection refused");
    writeFileSync(join(folder, "bin", "ssh-says-once"), "");
    const tunnels = await openTunnels({ ...options, tunnels: options.tunnels.slice(0, 1), patienceMs: 60_000 });
    expect(said).toEqual(["waiting for pve-1 (192.0.2.1): connect to host 192.0.2.1 port 22: Connection refused"]);
    tunnels.close();
  });

  it("give up on a host that never answers, and leave no ssh behind", async () => {
    writeFileSync(join(folder, "bin", "ssh-says"), "Connection timed out");
    await expect(openTunnels(options)).rejects.toThrow(
      /pve-\d \(192\.0\.2\.\d\) does not let us in .*: Connection timed out/,
    );
    await gone();
  });

  it("that are cut are tried for as long as they are to be held, longer than at first", async () => {
    const held = { ...options, tunnels: options.tunnels.slice(0, 1), patienceMs: 0, reopenPatienceMs: Infinity };
    const tunnels = await openTunnels(held);
    writeFileSync(join(folder, "bin", "ssh-says"), "connect to host 192.0.2.1 port 22: Connection refused");
    for (const { pid } of processesWith(marker())) process.kill(pid);
    const says = async (line: string): Promise<void> => {
      while (!said.includes(line)) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    await says("waiting for pve-1 (192.0.2.1): connect to host 192.0.2.1 port 22: Connection refused");
    rmSync(join(folder, "bin", "ssh-says"));
    await says("the tunnel to pve-1 is open again");
    tunnels.close();
  });

  it("go on without a host that is down where others are enough, and have it back when it is", async () => {
    const relayed = {
      name: "kubernetes",
      localPort: await freePort(),
      via: "pve-1",
      target: { address: "10.20.0.5", port: 6443 },
    };
    const through = options.tunnels.map(({ localPort }) => localPort);
    writeFileSync(join(folder, "bin", "ssh-says-pve-1"), "Connection refused");
    const settings = { ...options, tunnels: [...options.tunnels, { ...relayed, through }], some: true };
    const tunnels = await openTunnels({ ...settings, reopenPatienceMs: Infinity });
    expect(said).toContain("pve-1 does not let us in, going on without it: Connection refused");
    expect(await answers(relayed.localPort)).toBe(true);
    expect(readFileSync(join(folder, "bin", "ssh-calls"), "utf8")).not.toContain(String(relayed.localPort));
    rmSync(join(folder, "bin", "ssh-says-pve-1"));
    while (!said.includes("the tunnel to pve-1 is open again")) await new Promise((resolve) => setTimeout(resolve, 5));
    tunnels.close();
    writeFileSync(join(folder, "bin", "ssh-says"), "Connection refused");
    await gone();
    await expect(openTunnels(settings)).rejects.toThrow("does not let us in after 0 minutes: Connection refused");
  });

  it("say what is missing where there is no ssh", async () => {
    await expect(openTunnels({ ...options, env: { PATH: "/nowhere" } })).rejects.toThrow("ssh is not on PATH");
  });
});
