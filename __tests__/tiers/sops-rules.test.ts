import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import * as fc from "fast-check";
import { stringify } from "yaml";
import { completed } from "../../cli/engine/state/secrets-schema.ts";
import { readSecrets, type SecretsFile, writeSecrets } from "../../cli/engine/state/secrets-file.ts";
import { type Secrets, secretsText } from "../../cli/engine/state/secrets-schema.ts";
import { startNode } from "../cli/running.ts";
import { describeWithSops, sops } from "./with-sops.ts";

const ROOT = join(__dirname, "../..");

jest.setTimeout(300_000);

/** What may stand in `encrypted_regex` and the like, for keys that the lab's secrets have and for others. */
const regex = fc.constantFrom(
  "^(data|stringData)$",
  "^(version|public)$",
  "^(private)$",
  "password",
  "(?i)password|private|hash|passphrase",
  "^rootPassword$",
  ".*",
  "^$",
  "^(version|public|userKey)$",
);
const suffix = fc.constantFrom("_unencrypted", "Password", "Hash", "Key", "private", "public", "s", "x");

/** sops takes one of these in a rule. */
const selection = fc.oneof(
  fc.constant({}),
  fc.record({ encrypted_regex: regex }),
  fc.record({ unencrypted_regex: regex }),
  fc.record({ encrypted_suffix: suffix }),
  fc.record({ unencrypted_suffix: suffix }),
  fc.record({ encrypted_comment_regex: fc.constantFrom("secret", ".*") }),
  fc.record({ unencrypted_comment_regex: fc.constantFrom("public", ".*") }),
);
const rule = fc
  .tuple(
    selection,
    fc.record({
      path_regex: fc.constantFrom("secrets\\.sops\\.yaml$", "\\.yaml$", "other\\.yaml$", ".*"),
      mac_only_encrypted: fc.boolean(),
    }),
  )
  .map(([one, rest]) => ({ ...one, ...rest }));
const rules = fc.array(rule, { minLength: 1, maxLength: 3 });

/** Nothing of a secret stands in it: neither as it is, nor line by line. */
function hides(text: string, secrets: Secrets): boolean {
  const { rootPassword, rootPasswordHash, statePassphrase = rootPassword, userKey, hostKeys } = secrets;
  const keys = [userKey, ...Object.values(hostKeys)].flatMap(({ private: key }) => key.split("\n").slice(2, -2));
  return [rootPassword, rootPasswordHash, statePassphrase, ...keys].every((secret) => !text.includes(secret));
}

describeWithSops("rules of .sops.yaml that somebody else has written", () => {
  let home: string;
  let recipient: string;
  let place: SecretsFile;
  const { PATH, SOPS_AGE_KEY } = process.env;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "ampere-sops-rules-"));
    mkdirSync(join(home, "bin"));
    symlinkSync(sops ?? "", join(home, "bin/sops"));
    // A process of its own: jest cannot load modules of this kind.
    const script = `const age = await import("age-encryption"); const key = await age.generateX25519Identity();
      console.log(key, await age.identityToRecipient(key));`;
    const made = execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: ROOT, encoding: "utf8" });
    const [identity = "", own = ""] = made.trim().split(" ");
    recipient = own;
    process.env["SOPS_AGE_KEY"] = identity;
    process.env["PATH"] = `${join(home, "bin")}${delimiter}${PATH}`;
    place = { kind: "sops", file: join(home, "secrets.sops.yaml") };
  });
  afterEach(() => {
    process.env["PATH"] = PATH;
    if (SOPS_AGE_KEY === undefined) delete process.env["SOPS_AGE_KEY"];
    else process.env["SOPS_AGE_KEY"] = SOPS_AGE_KEY;
    rmSync(home, { recursive: true });
  });
  const write = (all: readonly object[]): void =>
    writeFileSync(
      join(home, ".sops.yaml"),
      stringify({ creation_rules: all.map((one) => ({ ...one, age: recipient })) }),
    );

  it("have every secret encrypted in the file, or nothing written", async () => {
    let written = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(rules, fc.constantFrom("pve-1", "public", "data", "x_unencrypted"), async (all, host) => {
        write(all);
        rmSync(place.file, { force: true });
        const secrets = { ...(await completed(null, [host])), statePassphrase: "s".repeat(20) + "t".repeat(23) };
        const error: unknown = await writeSecrets(place, secrets).catch((thrown: unknown) => thrown);
        if (existsSync(place.file)) {
          written++;
          expect(hides(readFileSync(place.file, "utf8"), secrets)).toBe(true);
          expect(await readSecrets(place)).toEqual(secrets);
        } else {
          refused++;
          expect(String(error)).toMatch(/^CliError: \.sops\.yaml has /);
        }
      }),
      { numRuns: 60 },
    );
    // Of rules that always or never fit nothing would be learned.
    expect([written > 0, refused > 0]).toEqual([true, true]);
  });

  it("have `lab secrets init` leave the copy in clear where it is, and `check` never call the file encrypted", async () => {
    write([{ encrypted_regex: "^(data|stringData)$" }]);
    const secrets = secretsText(await completed(null, ["pve-1"]));
    mkdirSync(join(home, ".lab"), { mode: 0o700 });
    writeFileSync(join(home, ".lab/secrets.json"), secrets, { mode: 0o600 });
    const config = { preset: "free", name: "test-lab", oci: { region: "eu-frankfurt-1" } };
    writeFileSync(
      join(home, "lab.config.json"),
      JSON.stringify({ ...config, access: { adminCidrs: ["203.0.113.7/32"] } }),
    );
    const env = {
      HOME: home,
      PATH: [join(home, "bin"), dirname(process.execPath), PATH ?? ""].join(delimiter),
      LAB_HOME: home,
      LAB_CONFIG: join(home, "lab.config.json"),
      SOPS_AGE_KEY: process.env["SOPS_AGE_KEY"] ?? "",
    };
    const lab = (...args: readonly string[]) =>
      startNode(join(ROOT, "cli/bin/lab.js"), ["secrets", ...args], { cwd: ROOT, env }).finished;

    const init = await lab("init");
    expect([init.code, init.stderr]).toEqual([
      1,
      expect.stringMatching(/^\.sops\.yaml has sops leave rootPassword, .* in clear, so nothing was written: .*\n$/),
    ]);
    expect(existsSync(place.file)).toBe(false);
    expect(readFileSync(join(home, ".lab/secrets.json"), "utf8")).toBe(secrets);

    // Such as an earlier version of ours has written, and somebody committed.
    rmSync(join(home, ".lab/secrets.json"));
    const shown = execFileSync(
      "sops",
      ["encrypt", "--filename-override", "secrets.sops.yaml", "--input-type", "json", "--output-type", "yaml"],
      { cwd: home, env, input: secrets, encoding: "utf8" },
    );
    writeFileSync(place.file, shown);
    const check = await lab("check");
    expect(check.code).toBe(1);
    expect(check.stdout).not.toMatch(/encrypted$/m);
    expect(check.stdout).toMatch(/^fail {2}secrets +secrets\.sops\.yaml shows rootPassword, .* in clear/m);
    expect((await lab("init")).code).toBe(1);

    // The way that is named leads out.
    write([{ path_regex: "secrets\\.sops\\.yaml$", unencrypted_regex: "^(version|public)$" }]);
    expect((await lab("rotate", "--data-key", "--yes")).code).toBe(0);
    // Adds what an earlier version of ours had not.
    expect((await lab("init")).code).toBe(0);
    expect((await lab("check")).code).toBe(0);

    // What was committed can be read for ever.
    const whole = readFileSync(place.file, "utf8");
    const git = (...args: readonly string[]): string =>
      execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: home, encoding: "utf8" });
    git("init", "-q");
    for (const text of [shown, whole]) {
      writeFileSync(place.file, text);
      git("add", "secrets.sops.yaml");
      git("commit", "-qm", "secrets");
    }
    expect((await lab("check")).stdout).toMatch(/fail {2}git +secrets\.sops\.yaml can be read in commit [0-9a-f]{12}/);
  });

  it("are not asked of secrets in clear: their file is others' to read, or it is not", async () => {
    const file = join(home, ".lab/secrets.json");
    mkdirSync(dirname(file));
    writeFileSync(file, secretsText(await completed(null, ["pve-1"])));
    chmodSync(file, 0o644);
    const config = { preset: "free", name: "test-lab", oci: { region: "eu-frankfurt-1" } };
    writeFileSync(
      join(home, "lab.config.json"),
      JSON.stringify({ ...config, access: { adminCidrs: ["203.0.113.7/32"] } }),
    );
    const env = {
      HOME: home,
      PATH: process.env["PATH"] ?? "",
      LAB_HOME: home,
      LAB_CONFIG: join(home, "lab.config.json"),
    };
    const { code, stdout } = await startNode(join(ROOT, "cli/bin/lab.js"), ["secrets", "check"], { cwd: ROOT, env })
      .finished;
    expect([code, stdout]).toEqual([1, expect.stringContaining("in clear, can be read by others")]);
  });
});
