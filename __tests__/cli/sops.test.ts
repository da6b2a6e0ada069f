/** What sops says, as what to do. With a real one: __tests__/tiers/sops.test.ts. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ageKeyFile, isRecipient } from "../../cli/secrets/age.ts";
import { readSecrets, secretsPlace, type SecretsPlace } from "../../cli/secrets/place.ts";
import { ensureSecrets, statePassphrase } from "../../cli/secrets/secrets.ts";
import { parseSecrets } from "../../cli/secrets/schema.ts";

let folder: string;
let place: SecretsPlace;
const { PATH } = process.env;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ampere-sops-"));
  place = { kind: "sops", file: join(folder, "secrets.sops.yaml") };
  writeFileSync(place.file, "");
});
afterEach(() => {
  process.env["PATH"] = PATH;
  rmSync(folder, { recursive: true });
});

/** A sops that prints this and ends. */
function fakeSops({ prints = "", says = "", code = 0 }): void {
  writeFileSync(join(folder, "printed"), prints);
  writeFileSync(join(folder, "said"), says);
  const script = `#!/bin/sh\ncat '${folder}/printed'; cat '${folder}/said' >&2; exit ${code}\n`;
  writeFileSync(join(folder, "sops"), script, { mode: 0o755 });
  process.env["PATH"] = `${folder}:${PATH}`;
}

const key = { private: "-----BEGIN OPENSSH PRIVATE KEY-----", public: "ssh-ed25519 AAAA" };
const SECRETS = {
  version: 1,
  rootPassword: "p".repeat(40),
  rootPasswordHash: "$6$salt$hash",
  userKey: key,
  hostKeys: { "pve-1": key },
};

describe("secrets under sops", () => {
  it.each([
    ["MAC mismatch. File has A, computed B", "was changed by something other than sops"],
    ["Could not decrypt value: message authentication failed", "was changed by something other than sops"],
    ["Error unmarshalling input yaml: yaml: line 2", "was changed by something other than sops"],
    ["sops metadata not found", "is not whole: bring it back with `git checkout secrets.sops.yaml`"],
    ["Failed to get the data key required to decrypt the SOPS file.", "none of your keys"],
    ["error loading config: no matching creation rules found", ".sops.yaml has no rule for secrets.sops.yaml"],
    [
      "flag provided but not defined: -output-type\nUsage",
      "sops 3.10 or newer is needed, and this one says: flag provided",
    ],
  ])("that cannot be read (%s) are one line", async (says, line) => {
    fakeSops({ says, code: 1 });
    const error: unknown = await readSecrets(place).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain(line);
    expect(String(error)).not.toContain("\n");
  });

  it("that lie there in clear are to be made anew, which those that were cut off are not", async () => {
    fakeSops({ says: "sops metadata not found", code: 1 });
    writeFileSync(place.file, JSON.stringify(SECRETS));
    await expect(readSecrets(place)).rejects.toThrow("is not encrypted, so its secrets are known");
  });

  it("say that sops is missing", async () => {
    process.env["PATH"] = folder;
    await expect(readSecrets(place)).rejects.toThrow("is read by sops, which is not on PATH");
  });

  it("are read as they are", async () => {
    fakeSops({ prints: JSON.stringify(SECRETS) });
    expect(await ensureSecrets(place, ["pve-1"])).toEqual(SECRETS);
  });

  it("are not completed by a run: nobody would see the change", async () => {
    fakeSops({ prints: JSON.stringify(SECRETS) });
    await expect(ensureSecrets(place, ["pve-1", "pve-2"])).rejects.toThrow(
      "has no host key of pve-2: `npx lab secrets init` adds it",
    );
    await expect(statePassphrase(place, true)).rejects.toThrow("has no passphrase of encrypted states");
    expect(await statePassphrase(place, false)).toBeNull();
  });

  it("are of no interest to the sandbox", () => {
    const project = { home: folder, data: join(folder, ".sandbox"), sandbox: true };
    expect(secretsPlace(project).kind).toBe("plain");
    expect(secretsPlace({ ...project, sandbox: false }).kind).toBe("sops");
  });
});

describe("a text that holds no secrets of ours", () => {
  it.each([
    ['{"rootPassword": "hunter2hunter2"', "hunter2"],
    ["hunter2", "hunter2"],
    [JSON.stringify({ ...SECRETS, rootPassword: "hunter2" }), "hunter2"],
    [JSON.stringify({ ...SECRETS, hostKeys: { "pve-1": { private: "hunter2", public: "hunter2" } } }), "hunter2"],
  ])("%s is refused without a word of it", (text, secret) => {
    let told = "";
    try {
      parseSecrets(text);
    } catch (error) {
      told = String(error);
    }
    expect(told).not.toBe("");
    expect(told).not.toContain(secret);
  });
});

describe("age keys", () => {
  it.each([
    ["linux", { HOME: "/home/me" }, "/home/me/.config/sops/age/keys.txt"],
    ["darwin", { HOME: "/Users/me" }, "/Users/me/Library/Application Support/sops/age/keys.txt"],
    ["darwin", { HOME: "/Users/me", XDG_CONFIG_HOME: "/x" }, "/x/sops/age/keys.txt"],
  ] as const)("of sops on %s with %j are in %s", (platform, env, file) => {
    expect(ageKeyFile(env, platform)).toBe(file);
  });

  it("are told by their form", () => {
    expect(isRecipient(`age1${"q".repeat(58)}`)).toBe(true);
    expect(isRecipient(`AGE-SECRET-KEY-1${"Q".repeat(58)}`)).toBe(false);
  });
});
