import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { processesWith } from "../../../../cli/clients/processes.ts";
import { chosenTunnels, throughTunnel, tunnelRequest } from "../../../../cli/engine/runs/tunnel.ts";
import { type Running, startNode } from "../../running.ts";
import { itWithTool, SmallLab } from "../../small-lab.ts";

const LAB = join(__dirname, "../../../../cli/bin/lab.js");

/** Plays ssh: listens at every -L until it is ended; or says what `ssh-says` holds, and fails. */
const FAKE_SSH = `#!${process.execPath}
const { existsSync, readFileSync } = require("node:fs");
const args = process.argv.slice(2);
const says = __dirname + "/ssh-says";
if (existsSync(says)) { console.error(readFileSync(says, "utf8")); process.exit(255); }
for (const [i, arg] of args.entries()) if (arg === "-L") require("node:net").createServer((s) => s.end()).listen(Number(args[i + 1].split(":")[1]), "127.0.0.1");
`;

const tunnel = (name: string, localPort: number, port: number) => ({
  name,
  localPort,
  via: "pve-1",
  target: { address: "10.0.0.11", port },
});
const first = 20_000 + (process.pid % 10_000);
const ALL = [tunnel("kubernetes", first, 6443), tunnel("proxmox pve-1", first + 1, 8006)];

describe("what lab tunnel was asked for", () => {
  it("is names, and behind -- a command with all that is its own", () => {
    const typed = ["node", "lab.js", "tunnel", "cp-1", "--", "kubectl", "--json", "--", "x"];
    expect(tunnelRequest(["cp-1", "kubectl", "--json", "--", "x"], typed)).toEqual({
      names: ["cp-1"],
      command: ["kubectl", "--json", "--", "x"],
    });
    expect(tunnelRequest(["cp-1"], ["node", "lab.js", "tunnel", "cp-1"])).toEqual({ names: ["cp-1"], command: null });
    expect(() => tunnelRequest([], ["node", "lab.js", "tunnel", "--"])).toThrow("a command is missing after --");
  });

  it("takes a tunnel by its name, by what it leads to, or by its kind", () => {
    for (const name of ["proxmox pve-1", "pve-1", "proxmox"]) expect(chosenTunnels(ALL, [name])).toEqual([ALL[1]]);
    expect(chosenTunnels(ALL, [])).toEqual(ALL);
    expect(() => chosenTunnels(ALL, ["pve-2"])).toThrow("lab tunnel: got pve-2, allowed kubernetes, proxmox, pve-1");
  });

  it("leads a kubeconfig through the tunnel, and changes nothing else of it", () => {
    const text = (server: string): string =>
      `apiVersion: v1\nclusters:\n  - cluster:\n      certificate-authority-data: AAAA\n      server: ${server}\n    name: lab\n`;
    expect(throughTunnel(text("https://192.0.2.1:6443"), 18_000)).toBe(text("https://127.0.0.1:18000"));
  });
});

describe("npx lab tunnel, to real hosts,", () => {
  let lab: SmallLab;
  beforeEach(async () => {
    const vm = { resource: { terraform_data: { vm: {} } } };
    lab = new SmallLab({
      oci: { terraform: { output: { host_public_ips: { value: { "pve-1": "192.0.2.1" } } } } },
      talos: {
        reads: ["oci"],
        terraform: { ...vm, output: { talosconfig: { value: "context: lab", sensitive: true } } },
      },
    });
    const facts = { version: 1, lab: "test", hosts: [{ name: "pve-1", address: "10.0.0.11" }], tunnels: ALL };
    writeFileSync(lab.path("lab.json"), JSON.stringify(facts));
    mkdirSync(lab.path("bin"));
    writeFileSync(lab.path("bin", "ssh"), FAKE_SSH, { mode: 0o755 });
    mkdirSync(lab.path(".oci"));
    await lab.run(["deploy", "oci", "--auto-approve"], env());
  });
  afterEach(async () => {
    for (const { pid } of sshs()) process.kill(pid);
    await gone();
    lab.dispose();
  });

  const sshs = () => processesWith(`-F ${lab.path(".lab")}`);
  const gone = async (): Promise<void> => {
    while (sshs().length > 0) await new Promise(setImmediate);
  };
  const env = () => ({
    PATH: `${lab.path("bin")}:${process.env["PATH"]}`,
    HOME: lab.home,
    TF_CLI_CONFIG_FILE: "/dev/null",
  });
  const start = (...args: string[]): Running => startNode(LAB, ["tunnel", ...args], { cwd: lab.home, env: env() });

  itWithTool("holds them open, opens one that is cut again, and ends well with Ctrl-C", async () => {
    const running = start();
    await running.says("open until Ctrl-C");
    for (const { pid } of sshs()) process.kill(pid, "SIGKILL");
    await running.says("the tunnel to pve-1 was cut: opening it again");
    await running.says("the tunnel to pve-1 is open again");
    running.child.kill("SIGINT");
    expect(await running.finished).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`127.0.0.1:${first + 1}  proxmox pve-1  10.0.0.11:8006, by way of pve-1\n`),
    });
    await gone();
    expect(lab.has(".lab", "tunnels.json")).toBe(false);
  });

  itWithTool("lets a deploy go through them, and leaves them open after it", async () => {
    const running = start("--json");
    await running.says('"tunnels"');
    const before = sshs().map(({ pid }) => pid);
    const { code, stderr } = await lab.run(["deploy", "talos", "--auto-approve"], env());
    expect([code, stderr]).toEqual([0, expect.stringContaining("going through the tunnels that lab tunnel holds")]);
    expect(sshs().map(({ pid }) => pid)).toEqual(before);
    running.child.kill("SIGTERM");
    expect((await running.finished).code).toBe(0);
  });

  itWithTool("keeps a deploy that needs more than it holds from going half the way", async () => {
    const running = start("kubernetes");
    await running.says("open until Ctrl-C");
    const { code, stderr } = await lab.run(["deploy", "talos", "--auto-approve"], env());
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining("holds other tunnels than this needs: end it with Ctrl-C"),
    ]);
    const second = await start().finished;
    expect([second.code, second.stderr]).toEqual([1, expect.stringContaining("lab tunnel holds them already")]);
    running.child.kill("SIGINT");
    await running.finished;
  });

  itWithTool("is not in the way of others when it was killed", async () => {
    const running = start();
    await running.says("open until Ctrl-C");
    running.child.kill("SIGKILL");
    await running.finished;
    const { code, stderr } = await lab.run(["deploy", "talos", "--auto-approve"], env());
    expect([code, stderr]).toEqual([0, expect.stringContaining("opening the tunnels to pve-1")]);
  });

  itWithTool("says in one line that a port is taken, or that somebody else answers at a host's address", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(first, "127.0.0.1", resolve));
    const taken = await start().finished;
    await new Promise((resolve) => server.close(resolve));
    const message = `port ${first} on 127.0.0.1, for the tunnel kubernetes, is taken by `;
    expect([taken.code, taken.stderr.trim().split("\n").at(-1)]).toEqual([1, expect.stringContaining(message)]);
    writeFileSync(lab.path("bin", "ssh-says"), "Host key verification failed.");
    const other = await start().finished;
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining("shows another SSH host key than the one")]);
    rmSync(lab.path("bin", "ssh-says"));
  });

  itWithTool(
    "runs a command and ends with its exit code; what leads it in is readable by its owner alone",
    async () => {
      const script = 'cat "$TALOSCONFIG"; echo " ${KUBECONFIG-none}"; ls -l "$TALOSCONFIG" | cut -c1-10; exit 3';
      await lab.run(["deploy", "talos", "--auto-approve"], env());
      const { code, stdout } = await start("--", "sh", "-c", script).finished;
      expect([code, stdout]).toEqual([3, "context: lab none\n-rw-------\n"]);
      expect(await start("--", "no-such-program", "--json").finished).toMatchObject({
        code: 127,
        stdout: "",
        stderr: expect.stringContaining("no-such-program is not on PATH"),
      });
    },
  );
});
