import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { guardOf } from "../../../../cli/engine/state/made-before.ts";
import { plainSecretsFile } from "../../../../cli/engine/state/secrets-file.ts";
import { type Secrets } from "../../../../cli/engine/state/secrets-schema.ts";
import ssh2 from "ssh2";
import { generateSshKey } from "../../../../sandbox/pki/ssh-key.ts";
import { ensureSecrets, secretVariables, statePassphrase } from "../../../../cli/engine/state/secrets.ts";

const MODULE = pathToFileURL(join(__dirname, "../../../../cli/engine/state/secrets.ts")).href;
const GUARD = pathToFileURL(join(__dirname, "../../../../cli/engine/state/made-before.ts")).href;
const UNIXCRYPT = pathToFileURL(join(__dirname, "../../../../node_modules/unixcrypt/dist/index.js")).href;

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "ampere-secrets-"));
});
afterEach(() => rmSync(data, { recursive: true }));

/** In a process of its own, as jest cannot load the ESM-only library that hashes. */
function inNode(code: string): string {
  return execFileSync(process.execPath, ["--input-type=module", "-e", code], { encoding: "utf8" });
}

function make(...hosts: readonly string[]): Secrets {
  return JSON.parse(
    inNode(
      `const { ensureSecrets } = await import(${JSON.stringify(MODULE)});` +
        `const guard = (await import(${JSON.stringify(GUARD)})).guardOf(${JSON.stringify({ home: data, data })});` +
        `console.log(JSON.stringify(await ensureSecrets(${JSON.stringify(plainSecretsFile(data))}, ${JSON.stringify(hosts)}, guard)));`,
    ),
  );
}

function deployedState(): string {
  const vcn = { mode: "managed", type: "oci_core_vcn", name: "x", instances: [{ attributes: { id: "1" } }] };
  return JSON.stringify({ version: 4, serial: 1, lineage: "a", resources: [vcn] });
}

describe("the lab's secrets", () => {
  it("are made once, for their owner only, with a hash that fits the password", () => {
    const secrets = make("pve-1");
    expect(statSync(plainSecretsFile(data).file).mode & 0o777).toBe(0o600);
    expect(secrets.rootPassword.length).toBeGreaterThanOrEqual(32);
    const fits = inNode(
      `const { verify } = await import(${JSON.stringify(UNIXCRYPT)});` +
        `console.log(verify(${JSON.stringify(secrets.rootPassword)}, ${JSON.stringify(secrets.rootPasswordHash)}));`,
    );
    expect(fits.trim()).toBe("true");
    expect(make("pve-1")).toEqual(secrets);
  });

  it("get a key for a new host and keep everything else", () => {
    const before = make("pve-1");
    const after = make("pve-1", "pve-2");
    expect(after).toEqual({ ...before, hostKeys: { ...before.hostKeys, "pve-2": after.hostKeys["pve-2"] } });
    expect(Object.keys(make("pve-2").hostKeys)).toEqual(["pve-1", "pve-2"]);
  });

  it("are read without being written again", async () => {
    make("pve-1");
    const before = statSync(plainSecretsFile(data).file).mtimeMs;
    await ensureSecrets(plainSecretsFile(data), ["pve-1"], guardOf({ home: data, data }));
    expect(statSync(plainSecretsFile(data).file).mtimeMs).toBe(before);
  });

  it.each([
    ["no JSON", "{"],
    ["another shape", '{"version":1}'],
    ["a newer version", '{"version":2}'],
  ])("are never made anew over a file with %s", async (_, text) => {
    writeFileSync(plainSecretsFile(data).file, text);
    await expect(ensureSecrets(plainSecretsFile(data), ["pve-1"], guardOf({ home: data, data }))).rejects.toThrow(
      `${plainSecretsFile(data).file}: the lab's secrets cannot be read`,
    );
    expect(readFileSync(plainSecretsFile(data).file, "utf8")).toBe(text);
  });

  const states: readonly (readonly [string, string, string])[] = [
    [
      "an encrypted state",
      JSON.stringify({ serial: 1, lineage: "a", encrypted_data: "AAAA" }),
      "the state of oci holds what is encrypted",
    ],
    ["a deployed stack", deployedState(), "the state of oci holds objects"],
    ["a state that nobody can read", "{", "the state of oci holds what cannot be read"],
  ];
  it.each(states)("are never made anew beside %s: one line says what is missing", async (_, text, told) => {
    mkdirSync(join(data, "state"));
    writeFileSync(join(data, "state", "oci.tfstate"), text);
    await expect(ensureSecrets(plainSecretsFile(data), ["pve-1"], guardOf({ home: data, data }))).rejects.toThrow(
      `${plainSecretsFile(data).file} is not there, nor is secrets.sops.yaml, and this lab was made with its secrets: ${told}. Bring it back`,
    );
    expect(existsSync(plainSecretsFile(data).file)).toBe(false);
  });

  it("are made beside a lab that was destroyed", () => {
    mkdirSync(join(data, "state"));
    writeFileSync(join(data, "state", "oci.tfstate"), JSON.stringify({ version: 4, serial: 9, lineage: "a" }));
    expect(make("pve-1").version).toBe(1);
  });

  it("get no other passphrase while states are encrypted with one that is gone", async () => {
    const secrets = make("pve-1");
    mkdirSync(join(data, "state"));
    writeFileSync(
      join(data, "state", "oci.tfstate"),
      JSON.stringify({ serial: 1, lineage: "a", encrypted_data: "AAAA" }),
    );
    await expect(statePassphrase(plainSecretsFile(data), guardOf({ home: data, data }))).rejects.toThrow(
      "the lab's secrets have no statePassphrase, and the state of oci holds what is encrypted: bring back",
    );
    expect(JSON.parse(readFileSync(plainSecretsFile(data).file, "utf8"))).toEqual(secrets);
  });

  it("become the variables of the stacks", () => {
    const variables = secretVariables(make("pve-1"));
    expect(Object.keys(variables)).toEqual([
      "pve_root_password",
      "pve_root_password_hash",
      "ssh_public_key",
      "ssh_private_key",
      "ssh_host_keys",
    ]);
    expect(Object.keys(JSON.parse(variables["ssh_host_keys"] ?? "{}")["pve-1"])).toEqual(["private", "public"]);
  });
});

const hasSshKeygen = spawnSync("ssh-keygen", ["-?"]).error === undefined;

describe("an SSH key", () => {
  (hasSshKeygen ? it : it.skip)(`is one that OpenSSH reads${hasSshKeygen ? "" : " (skipped: no ssh-keygen)"}`, () => {
    // The padding differs with the length of the comment.
    for (const comment of ["", "a", "root@pve-1", "root@pve-10-long"]) {
      const key = generateSshKey(comment);
      const file = join(data, "key");
      writeFileSync(file, key.private, { mode: 0o600 });
      expect(execFileSync("ssh-keygen", ["-y", "-f", file], { encoding: "utf8" }).trim()).toBe(key.public.trim());
    }
  });

  it("is one that ssh2 reads, whatever its bits", () => {
    const unread = Array.from({ length: 1000 }, () => generateSshKey("root@pve-1").private).filter(
      (key) => ssh2.utils.parseKey(key) instanceof Error,
    );
    expect(unread).toEqual([]);
  });
});
