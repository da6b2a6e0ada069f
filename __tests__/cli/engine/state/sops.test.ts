/** What sops says, as what to do. With a real one: __tests__/tiers/sops.test.ts. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { stringify } from "yaml";
import { shownIn } from "../../../../cli/engine/state/published.ts";
import {
  readSecrets,
  readToEncrypt,
  secretsFile,
  type SecretsFile,
  writeSecrets,
} from "../../../../cli/engine/state/secrets-file.ts";
import {
  newRootPassword,
  newUserKey,
  parseSecrets,
  type Secrets,
} from "../../../../cli/engine/state/secrets-schema.ts";
import { generateSshKey } from "../../../../sandbox/pki/ssh-key.ts";
import { ensureSecrets, reviewSecret, statePassphrase } from "../../../../cli/engine/state/secrets.ts";
import { ageKeyFile, isRecipient } from "../../../../cli/engine/state/sops.ts";

let folder: string;
let place: SecretsFile;
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

const key = generateSshKey("a");
const SECRETS = {
  version: 1,
  rootPassword: "p".repeat(40),
  rootPasswordHash: "$6$salt$hash",
  userKey: key,
  hostKeys: { "pve-1": key },
};

/** Of secrets that are there. */
const NEVER_ASKED = {
  secrets: () => Promise.reject(new Error("asked")),
  passphrase: () => Promise.reject(new Error("asked")),
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
    expect(await ensureSecrets(place, ["pve-1"], NEVER_ASKED)).toEqual(SECRETS);
  });

  it("are not used with another's public key, which `mac_only_encrypted` does not vouch for", async () => {
    const others = { ...SECRETS, hostKeys: { "pve-1": { ...key, public: generateSshKey("b").public } } };
    fakeSops({ prints: JSON.stringify(others) });
    await expect(ensureSecrets(place, ["pve-1"], NEVER_ASKED)).rejects.toThrow(
      "the public key of pve-1 is not that of its private key",
    );
  });

  it("are not completed by a run: nobody would see the change", async () => {
    fakeSops({ prints: JSON.stringify(SECRETS) });
    await expect(ensureSecrets(place, ["pve-1", "pve-2"], NEVER_ASKED)).rejects.toThrow(
      "has no host key of pve-2: `npx lab secrets init` adds it",
    );
    await expect(statePassphrase(place, { ...NEVER_ASKED, passphrase: async () => undefined })).rejects.toThrow(
      "has no passphrase of encrypted states",
    );
    expect(await statePassphrase(place, null)).toBeNull();
    await expect(reviewSecret(place, NEVER_ASKED)).rejects.toThrow(
      "has no secret for reviewed plans: `npx lab secrets init` adds it",
    );
  });

  it("are of no interest to the sandbox", () => {
    const project = { home: folder, data: join(folder, ".sandbox"), sandbox: true };
    expect(secretsFile(project).kind).toBe("plain");
    expect(secretsFile({ ...project, sandbox: false }).kind).toBe("sops");
  });
});

/** A sops that encrypts to this, and gives this back. */
function fakeEncryption(encrypted: string, decrypted: string): void {
  writeFileSync(join(folder, "encrypted"), encrypted);
  writeFileSync(join(folder, "decrypted"), decrypted);
  const script = `#!/bin/sh\ncase "$2" in encrypt) cat '${folder}/encrypted';; *) cat '${folder}/decrypted';; esac\n`;
  writeFileSync(join(folder, "sops"), script, { mode: 0o755 });
  process.env["PATH"] = `${folder}:${PATH}`;
}

/** Every leaf of some secrets, as sops would write it; those of `shown` in clear. */
function publishedAs(secrets: object, shown: (path: string) => boolean): string {
  const written = (value: unknown, path: string): unknown => {
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [key, written(inner, path === "" ? key : `${path}.${key}`)]),
      );
    return shown(path) ? value : "ENC[AES256_GCM,data:AAAA,iv:AAAA,tag:AAAA,type:str]";
  };
  return stringify({ ...Object(written(secrets, "")), sops: { age: [] } });
}

const LEAVES = [
  ["version", true],
  ["rootPassword", false],
  ["rootPasswordHash", false],
  ["userKey.private", false],
  ["userKey.public", true],
  ["hostKeys.public.private", false],
  ["hostKeys.public.public", true],
  ["statePassphrase", false],
  ["reviewSecret", false],
] as const;

describe("the bytes of an encrypted file", () => {
  let secrets: Secrets;
  beforeAll(async () => {
    const key = newUserKey();
    secrets = {
      version: 1,
      ...(await newRootPassword()),
      userKey: key,
      // A name that rules of sops may take for that of a public key.
      hostKeys: { public: newUserKey() },
      statePassphrase: "s".repeat(43),
      reviewSecret: "r".repeat(43),
    };
  });

  it("are written only if no secret can be read in them, whatever else can", async () => {
    await fc.assert(
      fc.asyncProperty(fc.subarray([...LEAVES]), async (shown) => {
        const paths: readonly string[] = shown.map(([path]) => path);
        const text = publishedAs(secrets, (path) => paths.includes(path));
        fakeEncryption(text, JSON.stringify(secrets));
        const secret = shown.filter(([, isPublic]) => !isPublic).map(([path]) => path);
        expect(shownIn(text)).toEqual(secret);
        writeFileSync(place.file, "as before");
        const written = await writeSecrets(place, secrets).then(
          () => null,
          (error: unknown) => String(error),
        );
        expect(readFileSync(place.file, "utf8")).toBe(secret.length === 0 ? text : "as before");
        if (secret.length > 0)
          expect(written).toMatch(/^CliError: \.sops\.yaml has sops leave .* in clear, so nothing was written: /);
        expect(readdirSync(folder).filter((name) => name.endsWith(".new"))).toEqual([]);
        writeFileSync(place.file, text);
        const read = await readSecrets(place).then(
          () => null,
          (error: unknown) => String(error),
        );
        expect(read === null).toBe(secret.length === 0);
        expect(await readToEncrypt(place)).toEqual(secrets);
      }),
      { numRuns: 40 },
    );
  });

  it("are looked through for the secrets themselves: a comment, or what only looks encrypted, hides nothing", async () => {
    const text = publishedAs(secrets, () => false);
    const letters = { ...secrets, rootPassword: secrets.rootPassword.replaceAll(/[-_]/g, "") };
    for (const showing of [
      `# the root password is ${letters.rootPassword}\n${text}`,
      text.replace("data:AAAA", `data:${letters.rootPassword}`),
      text.replace("sops:", `sops:\n  note: ${JSON.stringify(secrets.hostKeys["public"]?.private)}`),
    ]) {
      fakeEncryption(showing, JSON.stringify(letters));
      await expect(writeSecrets(place, letters)).rejects.toThrow("so nothing was written");
      expect(readFileSync(place.file, "utf8")).toBe("");
    }
  });

  it("are not written when they do not give back what was encrypted", async () => {
    fakeEncryption(
      publishedAs(secrets, () => false),
      JSON.stringify({ ...secrets, rootPassword: "x".repeat(43) }),
    );
    await expect(writeSecrets(place, secrets)).rejects.toThrow("sops does not give back what it was given");
    expect(readFileSync(place.file, "utf8")).toBe("");
  });
});

describe("a text that holds no secrets of ours", () => {
  it.each([
    ['{"rootPassword": "hunter2hunter2"', "hunter2"],
    ["hunter2", "hunter2"],
    [JSON.stringify({ ...SECRETS, rootPassword: "hunter2" }), "hunter2"],
    [JSON.stringify({ ...SECRETS, hostKeys: { "pve-1": { private: "hunter2", public: "hunter2" } } }), "hunter2"],
  ])("%# is refused without a word of it", (text, secret) => {
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
