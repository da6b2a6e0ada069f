/**
 * What we sign with is what Terraform gets. The provider and the backend are played by what their code does with variables
 * and files: oracle/oci 8.28.0 (internal/provider/provider.go, oci-go-sdk's common/configuration.go) and the backend `oci`
 * of Terraform (internal/backend/remote-state/oci).
 */
import { createPrivateKey } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as fc from "fast-check";
import { tenancyOf } from "../../../../cli/clients/oci.ts";
import { credentials } from "../../../../cli/engine/checks/config.ts";
import { signInEnvironment } from "../../../../cli/engine/terraform/oci-sign-in.ts";
import type { SignIn } from "../../../../config/sign-in.ts";
import { readCredentials } from "../../../../images/upload/credentials.ts";
import { parseProfiles } from "../../../../images/upload/profile.ts";
import { fingerprintOf, KEYS } from "../../../images/upload-lab.ts";

type Env = Readonly<Record<string, string>>;

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "ampere-key-"));
});
afterEach(() => rmSync(home, { recursive: true }));

const PEM = KEYS.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const SEALED = KEYS.privateKey
  .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "sword=fish" })
  .toString();
const FINGERPRINT = fingerprintOf(KEYS.publicKey);
const TENANCY = "ocid1.tenancy.oc1..mine";
const USER = "ocid1.user.oc1..me";

function write(path: string, text: string): string {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

interface Read {
  readonly keyId: string;
  readonly key: string;
}

/** A profile as the SDK for Go reads it: no DEFAULT, nothing behind a second `=`, no other home. */
function goProfile(folder: string, profile: string): Readonly<Record<string, string>> {
  const lines = readFileSync(join(folder, ".oci", "config"), "utf8").split("\n");
  const start = lines.findIndex((line) => /^\[(.*)\]/.exec(line)?.[1] === profile);
  if (start === -1) throw new Error(`configuration file did not contain profile: ${profile}`);
  const length = lines.slice(start + 1).findIndex((line) => /^\[(.*)\]/.test(line));
  const own = lines.slice(start + 1, length === -1 ? undefined : start + 1 + length);
  return Object.fromEntries(own.filter((line) => line.includes("=")).map((line) => line.split("=").slice(0, 2)));
}

function unlocked(pem: string, passphrase: string | undefined): string {
  const key = createPrivateKey(passphrase === undefined || passphrase === "" ? pem : { key: pem, passphrase });
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

/** What a tool signs with, whose arguments come from `argument` and whose home folder is `folder`. */
function signs(argument: (name: string) => string, folder: string, profile: string | null): Read {
  const file = profile === null ? {} : goProfile(folder, profile);
  if (argument("auth") === "SecurityToken") {
    const key = readFileSync(file["key_file"] ?? "", "utf8");
    const token = readFileSync(file["security_token_file"] ?? "", "utf8");
    return { keyId: `ST$${token.trim()}`, key: unlocked(key, argument("private_key_password")) };
  }
  const own = ["tenancy_ocid", "user_ocid", "fingerprint"].map(argument);
  const keyId = own.every((part) => part !== "") ? own : [file["tenancy"], file["user"], file["fingerprint"]];
  const password = argument("private_key_password");
  const inline = argument("private_key").replaceAll("\\n", "\n");
  const path = argument("private_key_path");
  const pem = inline || readFileSync(path || (file["key_file"] ?? ""), "utf8");
  return { keyId: keyId.join("/"), key: unlocked(pem, password) };
}

const profileOf = (signIn: SignIn): string | null => ("profile" in signIn ? signIn.profile : null);

function provider(env: Env, signIn: SignIn): Read {
  const argument = (name: string): string => env[`TF_VAR_${name}`] || env[`OCI_${name.toUpperCase()}`] || "";
  return signs(argument, env["TF_HOME_OVERRIDE"] || "/passwd/home", profileOf(signIn));
}

function backend(env: Env, signIn: SignIn): Read {
  const argument = (name: string): string => env[`OCI_${name}`] || env[name] || "";
  return signs(argument, env["OCI_HOME_OVERRIDE"] || env["HOME"] || "", profileOf(signIn));
}

/** Every way in which a person can have a key, and what else may lie about. */
const surroundings = fc.record({
  sealed: fc.boolean(),
  configFile: fc.constantFrom("home", "named", "named with ~", "TF_HOME_OVERRIDE"),
  inDefault: fc.boolean(),
  keyFile: fc.constantFrom("absolute", "~", "relative", "OCI_CLI_KEY_FILE"),
  stale: fc.subarray([
    "TF_VAR_user_ocid",
    "OCI_USER_OCID",
    "TF_VAR_fingerprint",
    "TF_VAR_private_key",
    "OCI_PRIVATE_KEY",
    "TF_VAR_private_key_path",
    "TF_VAR_private_key_password",
    "OCI_AUTH",
    "TF_VAR_auth",
  ]),
  crlf: fc.boolean(),
});

function profileLab(options: typeof surroundings extends fc.Arbitrary<infer Value> ? Value : never): Env {
  const { sealed, configFile, inDefault, keyFile, stale, crlf } = options;
  const key = write(configFile === "TF_HOME_OVERRIDE" ? "tf/.oci/key.pem" : ".oci/key.pem", sealed ? SEALED : PEM);
  const named = { absolute: key, "~": key.replace(home, "~"), relative: "key.pem", OCI_CLI_KEY_FILE: "/elsewhere" };
  const lines = [
    `key_file = ${named[keyFile]}`,
    `tenancy=${TENANCY}`,
    ...(sealed ? ["pass_phrase=sword=fish"] : []),
    "# a comment",
  ];
  const rest = [`user=${USER}`, `fingerprint=${FINGERPRINT}`, "region=eu-frankfurt-1"];
  const text = ["[DEFAULT]", ...(inDefault ? lines : []), "", "[lab]", ...(inDefault ? [] : lines), ...rest, ""];
  write(configFile === "TF_HOME_OVERRIDE" ? "tf/.oci/config" : ".oci/config", text.join(crlf ? "\r\n" : "\n"));
  const places: Readonly<Record<typeof configFile, Env>> = {
    home: {},
    named: { OCI_CLI_CONFIG_FILE: join(home, ".oci/config") },
    "named with ~": { OCI_CLI_CONFIG_FILE: "~/.oci/config" },
    TF_HOME_OVERRIDE: { TF_HOME_OVERRIDE: join(home, "tf") },
  };
  return {
    HOME: home,
    ...places[configFile],
    ...(keyFile === "OCI_CLI_KEY_FILE" ? { OCI_CLI_KEY_FILE: key.replace(home, "~") } : {}),
    ...Object.fromEntries(stale.map((name) => [name, "stale"])),
  };
}

async function ours(signIn: SignIn, env: Env): Promise<Read> {
  const { provider } = await readCredentials(signIn, env);
  return { keyId: await provider.getKeyId(), key: String(provider.getPrivateKey()) };
}

/** What all three read; they are one. */
async function expectOneKey(signIn: SignIn, env: Env, keyId: string): Promise<Env> {
  const handed = signInEnvironment(env, signIn, join(home, ".lab"));
  const read = await ours(signIn, env);
  expect(read).toEqual({ keyId, key: PEM });
  expect(provider(handed, signIn)).toEqual(read);
  expect(backend(handed, signIn)).toEqual(read);
  expect((await credentials(signIn, env)).map(({ status }) => status)).toEqual(["ok"]);
  return handed;
}

describe("the key that Terraform gets", () => {
  it("is the profile's, whatever lies about and wherever it stands", async () => {
    const signIn = { auth: "profile", profile: "lab" } as const;
    await fc.assert(
      fc.asyncProperty(surroundings, async (options) => {
        rmSync(home, { recursive: true });
        mkdirSync(home);
        const handed = await expectOneKey(signIn, profileLab(options), `${TENANCY}/${USER}/${FINGERPRINT}`);
        expect(handed["TF_VAR_tenancy_ocid"]).toBe(TENANCY);
        expect(tenancyOf(signIn, profileLab(options))).toBe(TENANCY);
      }),
      { numRuns: 60 },
    );
  });

  it("is the session's, with the files where they are", async () => {
    write("token", "a.b.c\n");
    const key = write("key.pem", SEALED);
    const lines = [
      "[lab]",
      `tenancy=${TENANCY}`,
      `fingerprint=${FINGERPRINT}`,
      `key_file=${key}`,
      "pass_phrase=sword=fish",
    ];
    write(".oci/config", [...lines, "security_token_file=~/token", ""].join("\n"));
    await expectOneKey(
      { auth: "security-token", profile: "lab" },
      { HOME: home, TF_VAR_user_ocid: "stale" },
      "ST$a.b.c",
    );
  });

  it.each([
    ["in lines", { TF_VAR_private_key: PEM }],
    ["in one line, as CI has it", { TF_VAR_private_key: PEM.replaceAll("\n", "\\n") }],
    ["under the provider's other name", { OCI_PRIVATE_KEY: PEM }],
    ["in a file below ~", { TF_VAR_private_key_path: "~/key.pem" }],
    ["in a file, sealed", { OCI_PRIVATE_KEY_PATH: "~/sealed.pem", OCI_PRIVATE_KEY_PASSWORD: "sword=fish" }],
  ])("is that of the environment, %s", async (_, key) => {
    write("key.pem", PEM);
    write("sealed.pem", SEALED);
    const env = {
      HOME: home,
      TF_VAR_tenancy_ocid: TENANCY,
      OCI_USER_OCID: USER,
      TF_VAR_fingerprint: FINGERPRINT,
      ...key,
    };
    const handed = await expectOneKey({ auth: "environment" }, env, `${TENANCY}/${USER}/${FINGERPRINT}`);
    expect(handed).not.toHaveProperty("TF_HOME_OVERRIDE");
  });

  it("leaves a backend that has variables of its own alone", () => {
    const env = {
      HOME: home,
      TF_VAR_tenancy_ocid: TENANCY,
      TF_VAR_user_ocid: USER,
      TF_VAR_fingerprint: FINGERPRINT,
      TF_VAR_private_key: PEM,
      OCI_user_ocid: "another",
    };
    const handed = signInEnvironment(env, { auth: "environment" }, join(home, ".lab"));
    expect([handed["OCI_user_ocid"], handed["OCI_fingerprint"]]).toEqual(["another", undefined]);
  });

  it("stands in no file of ours, and neither does its pass phrase", () => {
    const env = profileLab({ sealed: true, configFile: "home", inDefault: true, keyFile: "~", stale: [], crlf: false });
    signInEnvironment(env, { auth: "profile", profile: "lab" }, join(home, ".lab"));
    const file = join(home, ".lab/oci/.oci/config");
    expect(readFileSync(file, "utf8")).not.toMatch(/sword|BEGIN/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("is none of an instance that signs for itself", () => {
    const handed = signInEnvironment(
      { TF_VAR_user_ocid: USER, TF_VAR_tenancy_ocid: TENANCY },
      { auth: "instance-principal" },
      home,
    );
    expect(handed).toEqual({
      TF_VAR_tenancy_ocid: TENANCY,
      TF_VAR_auth: "InstancePrincipal",
      OCI_auth: "InstancePrincipal",
    });
  });
});

describe("a key that one of them would not read", () => {
  const lab = { auth: "profile", profile: "lab" } as const;
  const broken = (lines: readonly string[]): Env => {
    write("key.pem", PEM);
    write(
      ".oci/config",
      ["[lab]", `tenancy=${TENANCY}`, `user=${USER}`, `fingerprint=${FINGERPRINT}`, ...lines].join("\n"),
    );
    return { HOME: home };
  };

  it("is refused by doctor and by a deploy, in the same words", async () => {
    write("escaped.pem", PEM.replaceAll("\n", "\\n"));
    for (const lines of [[], ["key_file=~bob/key.pem"], ["key_file=~/nowhere.pem"], ["key_file=~/escaped.pem"]]) {
      const env = broken(lines);
      const [finding] = await credentials(lab, env);
      expect(finding?.status).toBe("fail");
      expect(() => signInEnvironment(env, lab, home)).toThrow(finding?.found);
    }
  });

  it("is told when its line ends are written out in the file", () => {
    write("escaped.pem", PEM.replaceAll("\n", "\\n"));
    expect(() => signInEnvironment(broken(["key_file=~/escaped.pem"]), lab, home)).toThrow(
      "its line ends are written out, as \\n",
    );
  });

  it("is refused where a variable names another tenancy than the profile", () => {
    const env = { ...broken(["key_file=~/key.pem"]), TF_VAR_tenancy_ocid: "ocid1.tenancy.oc1..other" };
    expect(() => tenancyOf(lab, env)).toThrow("unset it, or set oci.profile or oci.auth");
  });
});

describe("a configuration file", () => {
  it("is read with spaces and comments around its values", () => {
    const text = "[DEFAULT]\nuser = u\n\n; other\n [lab]\n # comment\ntenancy = ocid1.tenancy.lab \npassphrase=a=b\n";
    expect(Object.fromEntries(parseProfiles(text))).toEqual({
      DEFAULT: { user: "u" },
      lab: { tenancy: "ocid1.tenancy.lab", pass_phrase: "a=b" },
    });
  });
});
