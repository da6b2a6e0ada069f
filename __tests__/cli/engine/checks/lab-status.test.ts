import { createHash, generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { labStatus } from "../../../../cli/engine/checks/lab-status.ts";
import { showLabStatus } from "../../../../cli/engine/checks/lab-status-text.ts";
import { lockOf } from "../../../../cli/engine/synth/command-context.ts";
import { takeLock } from "../../../../cli/engine/synth/lock.ts";
import { openProject, type Project } from "../../../../cli/engine/synth/project.ts";
import { COLORS, NO_COLORS } from "../../../../cli/ui/terminal.ts";
import { LEAST, leastOf, REPOSITORY } from "../../../config/labs.ts";

/** Ports that this file has to itself, as nothing of it opens one but its own tests. */
const BASE_PORT = 29_400;

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "ampere-status-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function write(path: string, text: string, mode = 0o600): string {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode });
  return file;
}

function project(config: object, sandbox = true): Project {
  const access = "access" in config ? config.access : {};
  const file = write(
    "lab.config.json",
    JSON.stringify({ ...config, access: { ...Object(access), basePort: BASE_PORT } }),
  );
  return openProject({ config: file, sandbox }, { LAB_HOME: home }, REPOSITORY);
}

/** Instances that a state has, by name. */
function deployed(...names: readonly string[]): void {
  const resources = names.map((name) => ({
    mode: "managed",
    type: "oci_core_instance",
    name: `${name}_instance`,
    provider: 'provider["registry.terraform.io/oracle/oci"]',
    instances: [{ attributes: { id: "ocid1.instance.a", display_name: name, public_ip: "198.51.100.7" } }],
  }));
  write(".lab/state/oci.tfstate", JSON.stringify({ version: 4, serial: 1, lineage: "a", outputs: {}, resources }));
}

async function linesOf(of: Project, colors = NO_COLORS): Promise<readonly string[]> {
  const lines: string[] = [];
  const terminal = {
    colors,
    line: (text: string) => void lines.push(text),
    aside: () => undefined,
    status: () => undefined,
    ask: () => Promise.resolve(null),
    interactive: false,
  };
  showLabStatus(terminal, await labStatus(of));
  return lines;
}

/** The first word of each line that begins one of the parts. */
const titles = (lines: readonly string[]): readonly string[] =>
  lines.flatMap((line) => /^[a-z]+/.exec(line)?.[0] ?? []);

describe("lab status", () => {
  it("works before the first deploy, where nothing needs attention", async () => {
    const lines = await linesOf(project(LEAST));
    expect(lines[0]).toBe(`lab ampere-lab, preset free, in the sandbox of ${home}`);
    expect(lines).toContainEqual(expect.stringMatching(/^stacks +oci +not deployed +\d+ objects to make$/));
    expect(lines).toContainEqual(expect.stringMatching(/^hosts +pve-1 +not made$/));
    expect(lines).toContainEqual(expect.stringMatching(/^nodes +cp-1 +not made +control plane +[\d.]+$/));
    expect(lines.at(-1)).toBe("nothing needs attention");
  });

  it("says of a deploy that came halfway how much is there, and what makes the rest", async () => {
    deployed("pve-1");
    const status = await labStatus(project(LEAST, false));
    expect(status.stacks).toMatchObject([
      { name: "oci", state: "partly deployed", made: 1 },
      { name: "proxmox", state: "not deployed", made: 0 },
      { name: "talos", state: "not deployed", made: 0 },
    ]);
    expect(status.hosts).toEqual([{ name: "pve-1", state: "made", address: "198.51.100.7" }]);
    expect(status.attention).toContainEqual(
      expect.objectContaining({ name: "stack", status: "warn", advice: "npx cdktf deploy oci makes the rest" }),
    );
  });

  it("does not wait for whoever has the lab's lock, and names them", async () => {
    const lab = project(LEAST);
    const lock = await takeLock(lockOf(lab), "cdktf deploy", () => undefined, new AbortController().signal);
    try {
      const { attention } = await labStatus(lab);
      expect(attention).toMatchObject([{ name: "lock", found: expect.stringContaining("held by cdktf deploy") }]);
    } finally {
      lock.release();
    }
  });

  it("says in one line that a state elsewhere cannot be reached, and does not wait for it", async () => {
    write(
      "bin/terraform",
      '#!/bin/sh\ncase "$*" in *version*) echo "Terraform v1.12.2" ;; *) exec /bin/sleep 90 ;; esac\n',
      0o755,
    );
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const der = publicKey.export({ type: "spki", format: "der" });
    const fingerprint = createHash("md5")
      .update(der)
      .digest("hex")
      .replaceAll(/..(?=.)/g, "$&:");
    const account = { tenancy_ocid: "ocid1.tenancy.t", user_ocid: "ocid1.user.u", fingerprint, private_key: key };
    const before = { ...process.env };
    process.env["PATH"] = join(home, "bin");
    for (const [name, value] of Object.entries(account)) process.env[`TF_VAR_${name}`] = value;
    try {
      const where = { endpoint: "http://127.0.0.1:9", region: "eu-frankfurt-1" };
      const state = { backend: "s3", bucket: "states", ...where };
      const config = { ...LEAST, oci: { ...LEAST.oci, auth: "environment" }, state };
      const { stacks, attention } = await labStatus(project(config, false), 200);
      expect(stacks.map((stack) => stack.state)).toEqual(["unknown", "unknown", "unknown"]);
      const found = attention.filter(({ status }) => status === "fail");
      expect(found).toEqual([expect.objectContaining({ found: expect.stringMatching(/^[^\n]*no answer in 0\.2 s/) })]);
    } finally {
      process.env = before;
    }
  });

  it.each([
    ["free", ["lab", "stacks", "hosts", "nodes", "config", "cost", "ports", "page"]],
    ["direct", ["lab", "stacks", "nodes", "config", "cost", "ports", "page"]],
    ["homelab", ["lab", "stacks", "hosts", "nodes", "config", "ports", "page"]],
  ] as const)("leaves out what a lab of preset %s has not", async (preset, parts) => {
    const lines = await linesOf(project(leastOf(preset)));
    expect(titles(lines)).toEqual([...parts, "nothing"]);
    expect(lines.some((line) => line.includes("Proxmox VE"))).toBe(preset === "free");
  });

  it("names a port that another program has", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(BASE_PORT, "127.0.0.1", resolve));
    try {
      const { attention } = await labStatus(project(LEAST, false));
      expect(attention).toContainEqual(
        expect.objectContaining({ name: "ports", found: expect.stringMatching(new RegExp(`^${BASE_PORT}: `)) }),
      );
    } finally {
      other.close();
    }
  });

  it("names the field of a config that cannot be used, and still says what it found without one", async () => {
    write(".sandbox/state/oci.tfstate", "{");
    const status = await labStatus(project({ ...LEAST, preset: "large" }));
    expect(status.lab).toBeNull();
    expect(status.attention.map(({ name }) => name)).toEqual(["config", "state"]);
  });

  it("has colours where there are some, and else none", async () => {
    const code = "\u001B[";
    expect((await linesOf(project(LEAST), COLORS)).join("")).toContain(code);
    expect((await linesOf(project(LEAST))).join("")).not.toContain(code);
  });
});
