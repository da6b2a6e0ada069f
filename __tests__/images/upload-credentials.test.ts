import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readCredentials } from "../../images/upload/credentials.ts";
import { failure, fingerprintOf, KEYS, uploadLab, type UploadLab, writeProfile } from "./upload-lab.ts";

let lab: UploadLab;
let printed: jest.SpyInstance[];
beforeEach(async () => {
  lab = await uploadLab();
  printed = (["log", "info", "warn", "error"] as const).map((method) => jest.spyOn(console, method));
});
afterEach(async () => {
  await lab.end();
  // The SDK likes to print what it meets with.
  for (const spy of printed) expect(spy).not.toHaveBeenCalled();
  jest.restoreAllMocks();
});

describe("credentials", () => {
  const SECRETS = [KEYS.privateKey.export({ type: "pkcs8", format: "pem" }).toString().slice(100, 140), "swordfish"];
  const complaint = async (env: NodeJS.ProcessEnv, profile = "LAB"): Promise<string> => {
    const { message } = await failure(readCredentials({ auth: "profile", profile }, env));
    expect(message).not.toContain("\n");
    for (const secret of SECRETS) expect(message).not.toContain(secret);
    return message;
  };
  const file = (name: string, text: string): string => {
    writeFileSync(join(lab.home, name), text);
    return join(lab.home, name);
  };

  it("of a key that the account does not know are refused in one line, without any secret", async () => {
    lab.storage.keys.clear();
    const { message } = await failure(lab.open());
    expect(message).toMatch(/^cannot look up the namespace: 401 NotAuthenticated, .*; check \S+config \[LAB\]/);
    for (const secret of SECRETS) expect(message).not.toContain(secret);
    expect(lab.storage.calls).toHaveLength(1);
  });

  it("that sign with another key than the account knows are refused", async () => {
    const [keyId = ""] = lab.storage.keys.keys();
    lab.storage.keys.set(keyId, generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey);
    expect((await failure(lab.open())).message).toContain("401 NotAuthenticated");
  });

  it("of a session sign with its token", async () => {
    const env = writeProfile(lab.home, { security_token_file: file("token", "a.b.c\n") });
    lab.storage.keys.set("ST$a.b.c", KEYS.publicKey);
    expect(await (await lab.open({ env })).buckets("ocid1.compartment.oc1..lab")).toEqual([]);
  });

  it("take the key from OCI_CLI_KEY_FILE before the profile's own", async () => {
    const pem = KEYS.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const env = { ...writeProfile(lab.home, { key_file: "/elsewhere" }), OCI_CLI_KEY_FILE: file("mounted.pem", pem) };
    expect(await (await lab.open({ env })).buckets("ocid1.compartment.oc1..lab")).toEqual([]);
  });

  it("of an encrypted key need its pass phrase", async () => {
    const pem = KEYS.privateKey.export({
      type: "pkcs8",
      format: "pem",
      cipher: "aes-256-cbc",
      passphrase: "swordfish",
    });
    const key_file = file("encrypted.pem", pem.toString());
    const env = writeProfile(lab.home, { key_file, pass_phrase: "swordfish" });
    expect(await (await lab.open({ env })).buckets("ocid1.compartment.oc1..lab")).toEqual([]);
    for (const over of [{ key_file }, { key_file, pass_phrase: "wrong" }]) {
      expect(await complaint(writeProfile(lab.home, over))).toMatch(
        /config \[LAB\]: key_file \S+encrypted\.pem: an encrypted key, and pass_phrase is missing or wrong; name the key/,
      );
    }
  });

  it("of a file that is not there say what to do", async () => {
    expect(await complaint({ OCI_CLI_CONFIG_FILE: "/nowhere/config" })).toBe(
      "/nowhere/config: no such file; make an API key for your user, and put there what the console shows",
    );
    expect(await complaint(writeProfile(lab.home, { key_file: "/nowhere/key.pem" }))).toBe(
      `/nowhere/key.pem: no such file; it is the key_file of ${lab.home}/config [LAB]`,
    );
  });

  it("of a profile that is not there name those that are", async () => {
    expect(await complaint(lab.env, "DEFAULT")).toBe(
      `${lab.home}/config: no profile [DEFAULT], found LAB; set oci.profile`,
    );
  });

  it.each(["user", "fingerprint", "tenancy", "key_file"])("without %s name what is missing", async (name) => {
    expect(await complaint(writeProfile(lab.home, { [name]: "" }))).toBe(
      `${lab.home}/config [LAB]: ${name} is missing; the console shows it with the API key`,
    );
  });

  it("may be a session, which is a token and the key that belongs to it", async () => {
    const session = { auth: "security-token", profile: "LAB" } as const;
    const { message } = await failure(readCredentials(session, lab.env));
    expect(message).toBe(
      `${lab.home}/config [LAB]: security_token_file is missing; \`oci session authenticate --profile-name LAB\` writes it`,
    );
    const env = writeProfile(lab.home, { user: "", security_token_file: file("token", "eyJ.session\n") });
    expect(await (await readCredentials(session, env)).provider.getKeyId()).toBe("ST$eyJ.session");
  });

  it("may come from the variables that the provider reads", async () => {
    const fingerprint = fingerprintOf(KEYS.publicKey);
    const env = {
      TF_VAR_tenancy_ocid: "t",
      TF_VAR_user_ocid: "me",
      TF_VAR_fingerprint: fingerprint,
      TF_VAR_private_key: KEYS.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    };
    const { provider, source } = await readCredentials({ auth: "environment" }, env);
    expect([await provider.getKeyId(), source]).toEqual([`t/me/${fingerprint}`, "the environment"]);
    for (const name of Object.keys(env)) {
      const { message } = await failure(readCredentials({ auth: "environment" }, { ...env, [name]: "" }));
      expect(message).toBe(`${name} is not set; oci.auth "environment" takes the API key from such variables`);
    }
  });

  it("take what a profile leaves out from DEFAULT", async () => {
    const config = file("both", `[DEFAULT]\nkey_file=${lab.home}/key.pem\nuser=u\ntenancy=t\nfingerprint=f\n[LAB]\n`);
    const fingerprint = fingerprintOf(KEYS.publicKey);
    const text = `fingerprint=${fingerprint}\nuser=me\n`;
    writeFileSync(config, text, { flag: "a" });
    const { provider } = await readCredentials({ auth: "profile", profile: "LAB" }, { OCI_CLI_CONFIG_FILE: config });
    expect(await provider.getKeyId()).toBe(`t/me/${fingerprint}`);
  });

  it.each([
    ["no key at all", "swordfish", /: not a private key in PEM; name the key that belongs to the fingerprint$/],
    [
      "an elliptic curve",
      generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      /: an ec key, allowed RSA; make an API key in the console$/,
    ],
    [
      "the key of another fingerprint",
      generateKeyPairSync("rsa", { modulusLength: 2048 })
        .privateKey.export({ type: "pkcs8", format: "pem" })
        .toString(),
      /: has fingerprint [0-9a-f:]{47}, the profile says [0-9a-f:]{47}; name the key of that$/,
    ],
  ])("with %s are refused before any request", async (_, pem, line) => {
    expect(await complaint(writeProfile(lab.home, { key_file: file("other.pem", pem) }))).toMatch(line);
  });

  it("in a damaged file are refused without quoting it", async () => {
    expect(await complaint({ OCI_CLI_CONFIG_FILE: file("damaged", "[LAB]\nswordfish\n") })).toBe(
      `${lab.home}/damaged: not a configuration file of OCI; allowed are [profile], key=value and # comments`,
    );
  });
});
