import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { type Finished, startNode } from "../cli/running.ts";
import { describeWithSops, sops } from "./with-sops.ts";

const ROOT = join(__dirname, "../..");

jest.setTimeout(120_000);

describeWithSops("the lab's secrets, encrypted by sops", () => {
  let home: string;
  let config: Record<string, unknown>;

  const path = (...parts: readonly string[]): string => join(home, ...parts);
  const env = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
    HOME: path("home"),
    PATH: [path("bin"), dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter),
    LAB_HOME: home,
    LAB_CONFIG: path("lab.config.json"),
    TF_CLI_CONFIG_FILE: "/dev/null",
    ...more,
  });
  const secrets = (args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Finished> =>
    startNode(join(ROOT, "cli/bin/lab.js"), ["secrets", ...args], { cwd: ROOT, env: env(more) }).finished;
  const configure = (changes: Readonly<Record<string, unknown>>): void => {
    config = { ...config, ...changes };
    writeFileSync(path("lab.config.json"), JSON.stringify(config));
  };
  const git = (...args: readonly string[]): string =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: home, encoding: "utf8" });
  const keyFile = (): string => path("home/.config/sops/age/keys.txt");
  const encrypted = (): string => readFileSync(path("secrets.sops.yaml"), "utf8");
  const decrypted = (): Record<string, unknown> =>
    JSON.parse(
      execFileSync(sops ?? "", ["decrypt", "--output-type", "json", "secrets.sops.yaml"], {
        cwd: home,
        env: env(),
        encoding: "utf8",
      }),
    );
  const failures = async (more: NodeJS.ProcessEnv = {}): Promise<readonly string[]> => {
    const { stdout } = await secrets(["check", "--json"], more);
    const { findings }: { findings: { status: string; found: string }[] } = JSON.parse(stdout);
    return findings.filter(({ status }) => status === "fail").map(({ found }) => found);
  };

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "ampere-sops-"));
    mkdirSync(path("home"));
    mkdirSync(path("bin"));
    symlinkSync(sops ?? "", path("bin/sops"));
    config = {};
    const access = { adminCidrs: ["203.0.113.7/32"] };
    configure({ preset: "free", name: "test-lab", oci: { region: "eu-frankfurt-1" }, access });
  });
  afterEach(() => rmSync(home, { recursive: true }));

  it("are made with an age key where there is none, and open with that", async () => {
    const { code, stderr } = await secrets(["init"]);
    expect([code, stderr]).toEqual([0, expect.stringContaining(`made an age key in ${keyFile()}`)]);
    expect(statSync(keyFile()).mode & 0o077).toBe(0);
    expect(Object.keys(decrypted())).toEqual([
      "version",
      "rootPassword",
      "rootPasswordHash",
      "userKey",
      "hostKeys",
      "reviewSecret",
      "backupKey",
    ]);
    expect(await failures()).toEqual([]);
  });

  it("show nothing but public keys to who cannot open them", async () => {
    await secrets(["init"]);
    expect(encrypted()).toMatch(/^version: 1\nrootPassword: ENC\[/);
    expect(encrypted()).not.toContain("PRIVATE KEY");
    expect(encrypted()).toContain("public: ssh-ed25519 ");
  });

  it("take those that the lab has already, which are in clear no longer", async () => {
    await secrets(["init"]);
    const known = decrypted();
    rmSync(path("secrets.sops.yaml"));
    mkdirSync(path(".lab"), { recursive: true });
    writeFileSync(path(".lab/secrets.json"), JSON.stringify(known), { mode: 0o600 });
    expect((await secrets(["init"])).stdout).toContain("moved the lab's secrets from");
    expect(decrypted()).toEqual(known);
    expect(existsSync(path(".lab/secrets.json"))).toBe(false);
  });

  it("get the key of a host that comes, by init alone", async () => {
    await secrets(["init"]);
    const before = decrypted();
    configure({ preset: "free-pair" });
    expect(await failures()).toEqual(["missing: pve-2 and qdevice-1"]);
    expect((await secrets(["init"])).stdout).toContain("added the host key of pve-2 and the host key of qdevice-1");
    expect(decrypted()).toMatchObject({ ...before, hostKeys: Object(before["hostKeys"]) });
    expect((await secrets(["init"])).stdout).toContain("has all that the lab needs");
  });

  it("are read by a run, which says in one line when it cannot", async () => {
    await secrets(["init"]);
    const diff = (more: NodeJS.ProcessEnv) =>
      startNode(join(ROOT, "cli/bin/cdktf.js"), ["diff", "oci"], { cwd: ROOT, env: env(more) }).finished;
    const { code, stderr } = await diff({ HOME: path("bin") });
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/secrets\.sops\.yaml cannot be opened: none of your keys .*\n/),
    ]);
    rmSync(path("bin/sops"));
    expect((await diff({})).stderr).toContain("is read by sops, which is not on PATH");
  });

  it("are refused when something other than sops has changed them", async () => {
    await secrets(["init"]);
    const whole = encrypted();
    for (const changed of [
      whole.replace("public: ssh-ed25519 A", "public: ssh-ed25519 B"),
      whole.replace(/ENC\[AES256_GCM,data:(.)/, (text, first) => text.slice(0, -1) + (first === "A" ? "B" : "A")),
      `<<<<<<< HEAD\n${whole}=======\n${whole}>>>>>>> other\n`,
    ]) {
      writeFileSync(path("secrets.sops.yaml"), changed);
      expect(await failures()).toEqual([expect.stringContaining("was changed by something other than sops")]);
    }
  });

  it("are to be brought back when the file was cut off, and never made anew then", async () => {
    await secrets(["init"]);
    const whole = encrypted();
    for (const length of [0, 900]) {
      writeFileSync(path("secrets.sops.yaml"), whole.slice(0, length));
      expect(await failures()).toEqual([expect.stringContaining("secrets.sops.yaml is not whole")]);
    }
  });

  it("are refused when they lie there in clear", async () => {
    await secrets(["init"]);
    writeFileSync(path("secrets.sops.yaml"), JSON.stringify(decrypted()));
    expect((await failures())[0]).toContain("secrets.sops.yaml is not encrypted");
  });

  it("are not two sets", async () => {
    await secrets(["init"]);
    mkdirSync(path(".lab"), { recursive: true });
    writeFileSync(path(".lab/secrets.json"), "{}");
    const { code, stderr } = await secrets(["check"]);
    expect([code, stderr]).toEqual([1, expect.stringContaining("are both there, and a lab has one set of secrets")]);
  });

  it("are one set again when init was cut short between writing the one and deleting the other", async () => {
    await secrets(["init"]);
    mkdirSync(path(".lab"), { recursive: true });
    writeFileSync(path(".lab/secrets.json"), JSON.stringify(decrypted()));
    expect((await secrets(["init"])).stderr).toContain("secrets.sops.yaml has the same secrets");
    expect(existsSync(path(".lab/secrets.json"))).toBe(false);
    writeFileSync(path(".lab/secrets.json"), JSON.stringify({ ...decrypted(), rootPassword: "x".repeat(40) }));
    expect((await secrets(["init"])).stderr).toContain("are both there");
    expect(existsSync(path(".lab/secrets.json"))).toBe(true);
  });

  it("open for another recipient once the data key is rotated, and not before", async () => {
    await secrets(["init"]);
    await startNode(join(ROOT, "cli/bin/lab.js"), ["secrets", "init", "--config", path("lab.config.json")], {
      cwd: ROOT,
      env: env({ HOME: path("bin"), LAB_HOME: path("bin") }),
    }).finished;
    const other = /age1\w+/.exec(readFileSync(path("bin/.sops.yaml"), "utf8"))?.[0] ?? "";
    const rules = readFileSync(path(".sops.yaml"), "utf8");
    writeFileSync(path(".sops.yaml"), rules.replace(/(age1\w+)/, `$1,\n      ${other}`));
    const theirs = { HOME: path("bin") };
    expect((await failures(theirs)).join("")).toContain("none of your keys");
    expect((await secrets(["rotate", "--data-key", "--yes"])).code).toBe(0);
    expect(await failures(theirs)).toEqual([]);
  });

  it("are rotated one by one, and only those that were named", async () => {
    configure({ preset: "free-pair" });
    await secrets(["init"]);
    const before = decrypted();
    expect((await secrets(["rotate", "--root-password", "--yes"])).stderr).toContain("Destroy the lab before");
    const { rootPassword, rootPasswordHash, ...rest } = decrypted();
    const { userKey, hostKeys, reviewSecret, backupKey } = before;
    expect(rest).toEqual({ version: 1, userKey, hostKeys, reviewSecret, backupKey });
    expect([rootPassword, rootPasswordHash]).not.toContain(before["rootPassword"]);
    await secrets(["rotate", "--host-keys", "pve-2", "--yes"]);
    const after = decrypted();
    expect(after).toMatchObject({ hostKeys: { "pve-1": Object(before["hostKeys"])["pve-1"] } });
    expect(after["hostKeys"]).not.toEqual(before["hostKeys"]);
    expect(await failures()).toEqual([]);
  });

  it("ask before they are rotated", async () => {
    await secrets(["init"]);
    const before = encrypted();
    const { code, stderr } = await secrets(["rotate", "--ssh-key"]);
    expect([code, stderr]).toEqual([1, expect.stringContaining("there is no terminal to ask on: pass --yes")]);
    expect(encrypted()).toBe(before);
  });

  it("stay as they were when what the editor leaves is no secrets", async () => {
    await secrets(["init"]);
    const editor = (script: string): string => {
      writeFileSync(path("editor.sh"), `#!/bin/sh\n${script}\n`);
      chmodSync(path("editor.sh"), 0o755);
      return path("editor.sh");
    };
    const before = encrypted();
    const EDITOR = editor(`sed -i.bak 's/^rootPassword: .*/rootPassword: short/' "$1"`);
    const { code, stderr } = await secrets(["edit"], { EDITOR });
    expect([code, stderr]).toEqual([1, expect.stringContaining("at rootPassword")]);
    expect(encrypted()).toBe(before);
    expect(existsSync(path("secrets.sops.yaml.rejected"))).toBe(true);
    const whole = editor(`sed -i.bak 's/^rootPassword: .*/rootPassword: ${"x".repeat(40)}/' "$1"`);
    expect((await secrets(["edit"], { EDITOR: whole })).code).toBe(0);
    // Changed by hand, so the hash is another one's.
    expect(await failures()).toEqual(["its hash is that of another password"]);
  });

  it("tell when git has them in clear, and when it has not the encrypted ones", async () => {
    git("init", "-q");
    await secrets(["init"]);
    expect((await secrets(["check"])).stdout).toContain("warn  git            has no secrets.sops.yaml");
    git("add", "secrets.sops.yaml", ".sops.yaml");
    expect((await secrets(["check"])).stdout).toContain("has secrets.sops.yaml, encrypted");
    mkdirSync(path(".lab"), { recursive: true });
    writeFileSync(path(".lab/secrets.json"), "{}");
    git("add", "-f", ".lab/secrets.json");
    rmSync(path(".lab/secrets.json"));
    expect(await failures()).toEqual([".lab/secrets.json is committed, in clear"]);
  });

  it("reach neither what is synthesized nor the app", async () => {
    await secrets(["init"]);
    const known = decrypted();
    const app = `env > '${path("app.env")}'; exec '${process.execPath}' '${join(ROOT, "main.ts")}'`;
    await startNode(join(ROOT, "cli/bin/cdktf.js"), ["diff", "oci", "--app", app], {
      cwd: ROOT,
      env: env({ SOPS_AGE_KEY: readFileSync(keyFile(), "utf8") }),
    }).finished;
    const written = [
      readFileSync(path("app.env"), "utf8"),
      ...["oci", "proxmox", "talos"].map((stack) =>
        readFileSync(path("cdktf.out/stacks", stack, "cdk.tf.json"), "utf8"),
      ),
    ].join("\n");
    expect(written).not.toContain(known["rootPassword"]);
    expect(written).not.toContain(known["rootPasswordHash"]);
    expect(written).not.toContain("PRIVATE KEY");
    expect(written).not.toContain("AGE-SECRET-KEY");
  });
});
