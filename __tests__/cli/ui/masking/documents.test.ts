import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { learnState, learnStates } from "../../../../cli/engine/state/state.ts";
import { learnPlan, learnVariables } from "../../../../cli/ui/mask-documents.ts";
import { learnEnvironment, learnSecretsFile, masked, SENSITIVE } from "../../../../cli/ui/masker.ts";

let count = 0;
/** The masker is one for the process: every test has secrets of its own. */
const fresh = (): string => `cAnary-${(count += 1)}-k3Vx9Qm`;

const state = (more: object, outputs: object = {}): unknown => ({
  version: 4,
  outputs,
  resources: [{ mode: "managed", name: "a", instances: [{ attributes: {} }], ...more }],
});

describe("a state teaches", () => {
  it("what the provider's schema calls sensitive, in blocks and nested attributes too", () => {
    const [token, password, key, seal] = [fresh(), fresh(), fresh(), fresh()];
    const attributes = { value: token, comment: "c0mment-not-secret" };
    learnState(state({ type: "proxmox_user_token", instances: [{ attributes }] }));
    const vm = { name: "a-machine-1", initialization: [{ user_account: [{ password, username: "somebody-1" }] }] };
    learnState(state({ type: "proxmox_virtual_environment_vm", instances: [{ attributes: vm }] }));
    const machine_secrets = { certs: { os: { cert: "a-certificate-1", key } }, secrets: { bootstrap_token: seal } };
    learnState(state({ type: "talos_machine_secrets", instances: [{ attributes: { machine_secrets } }] }));
    for (const each of [token, password, key, seal]) expect(masked(`<${each}>`)).toBe(`<${SENSITIVE}>`);
    const open = "c0mment-not-secret a-machine-1 somebody-1 a-certificate-1";
    expect(masked(open)).toBe(open);
  });

  it("what it marks itself, by paths into lists and maps", () => {
    const [first, second] = [fresh(), fresh()];
    const attributes = { metadata: { user_data: first, other: "not-secret-1" }, list: [{ key: second }] };
    const sensitive_attributes = [
      [
        { type: "get_attr", value: "metadata" },
        { type: "index", value: { value: "user_data", type: "string" } },
      ],
      [
        { type: "get_attr", value: "list" },
        { type: "index", value: { value: 0, type: "number" } },
        { type: "get_attr", value: "key" },
      ],
    ];
    learnState(state({ type: "oci_core_instance", instances: [{ attributes, sensitive_attributes }] }));
    expect(masked(`${first} ${second} not-secret-1`)).toBe(`${SENSITIVE} ${SENSITIVE} not-secret-1`);
  });

  it("its sensitive outputs, and no others", () => {
    const value = fresh();
    learnState(state({ type: "x" }, { a: { value, sensitive: true }, b: { value: "an-open-output" } }));
    expect(masked(`${value} an-open-output`)).toBe(`${SENSITIVE} an-open-output`);
  });

  it("of what other stacks read, all sensitive to cdktf, only what does not stand there openly", () => {
    const value = fresh();
    const outputs = {
      "cross-stack-output-a": { value, sensitive: true },
      "cross-stack-output-b": { value: "10.200.30.40", sensitive: true },
    };
    learnState(state({ type: "x", instances: [{ attributes: { private_ip: "10.200.30.40" } }] }, outputs));
    expect(masked(`${value} 10.200.30.40`)).toBe(`${SENSITIVE} 10.200.30.40`);
  });

  it("nothing when it is no state", () => {
    for (const each of [null, [], "text", { resources: 1 }, { version: 4, encrypted_data: "x" }])
      expect(() => learnState(each)).not.toThrow();
  });
});

it("the states of a folder are learned, whatever is wrong with one of them", () => {
  const folder = mkdtempSync(join(tmpdir(), "ampere-masking-"));
  try {
    const value = fresh();
    writeFileSync(join(folder, "a.tfstate"), "");
    writeFileSync(join(folder, "b.tfstate"), JSON.stringify(state({ type: "x" }, { o: { value, sensitive: true } })));
    learnStates(folder);
    learnStates(join(folder, "none"));
    expect(masked(value)).toBe(SENSITIVE);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it("a plan teaches what it marks, what the schemas do, and the variables that are sensitive", () => {
  const [before, after, token, variable, output] = [fresh(), fresh(), fresh(), fresh(), fresh()];
  learnPlan({
    variables: { v: { value: variable }, open: { value: "an-open-variable" } },
    configuration: { root_module: { variables: { v: { sensitive: true }, open: {} } } },
    resource_changes: [
      {
        mode: "managed",
        type: "x",
        change: {
          before: { a: { b: [before] }, c: "open-before" },
          before_sensitive: { a: { b: [true] } },
          after: { a: after },
          after_sensitive: { a: true },
        },
      },
      { mode: "managed", type: "proxmox_user_token", change: { before: null, after: { value: token } } },
    ],
    output_changes: { o: { before: null, after: output, before_sensitive: false, after_sensitive: true } },
  });
  for (const each of [before, after, token, variable, output]) expect(masked(each)).toBe(SENSITIVE);
  expect(masked("an-open-variable open-before")).toBe("an-open-variable open-before");
});

describe("variables", () => {
  it("are learned when the stack declares them sensitive, from each place", () => {
    const folder = mkdtempSync(join(tmpdir(), "ampere-masking-"));
    try {
      const [environment, typed, quoted, heredoc, json, open] = [fresh(), fresh(), fresh(), fresh(), fresh(), fresh()];
      const hcl = join(folder, "a.tfvars");
      writeFileSync(
        hcl,
        `open = "${open}"\nsecret = {\n  more = ["x"]\n  key  = "${quoted}"\n}\ntext = <<-EOT\n  ${heredoc}\n  EOT\n`,
      );
      const document = join(folder, "b.tfvars.json");
      writeFileSync(document, JSON.stringify({ list: [json], open }));
      learnVariables(
        ["env", "typed", "secret", "text", "list"],
        { var: [`typed=${typed}`, `open=${open}`], varFile: [hcl, document, join(folder, "none")] },
        { TF_VAR_env: environment, TF_VAR_open: open },
      );
      for (const each of [environment, typed, quoted, heredoc, json]) expect(masked(each)).toBe(SENSITIVE);
      expect(masked(open)).toBe(open);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("the environment", () => {
  it.each([
    "OCI_CLI_PASSPHRASE",
    "OCI_CLI_KEY_CONTENT",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "GITHUB_TOKEN",
    "SOPS_AGE_KEY",
    "PROXMOX_VE_PASSWORD",
    "TF_VAR_root_password",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "GH_PAT",
    "SMTP_PASS",
    "DB_PWD",
  ])("%s is a secret", (name) => {
    const value = fresh();
    learnEnvironment({ [name]: value });
    expect(masked(value)).toBe(SENSITIVE);
  });

  it.each([
    "OCI_CLI_KEY_FILE",
    "AWS_ACCESS_KEY_ID",
    "VAULT_TOKEN_FILE",
    "ACTIONS_ID_TOKEN_REQUEST_URL",
    "HOME",
    "OLDPWD",
    "PATH",
  ])("%s is none", (name) => {
    const value = fresh();
    learnEnvironment({ [name]: value });
    expect(masked(value)).toBe(value);
  });

  it("a registry's login is a secret with the password in it, and without the registry's name", () => {
    const password = fresh();
    const auth = Buffer.from(`somebody:${password}`).toString("base64");
    learnEnvironment({
      DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { "ghcr.io": { auth, username: "somebody-9" } } }),
    });
    expect(masked(`${auth} ${password} ghcr.io somebody-9`)).toBe(`${SENSITIVE} ${SENSITIVE} ghcr.io somebody-9`);
  });

  it("TF_ENCRYPTION has its passphrase in it", () => {
    const [passphrase, json] = [fresh(), fresh()];
    learnEnvironment({ TF_ENCRYPTION: `key_provider "pbkdf2" "lab" {\n  passphrase = "${passphrase}"\n}` });
    learnEnvironment({ TF_ENCRYPTION: JSON.stringify({ key_provider: { pbkdf2: { lab: { passphrase: json } } } }) });
    expect(masked(`${passphrase} ${json} key_provider pbkdf2`)).toBe(`${SENSITIVE} ${SENSITIVE} key_provider pbkdf2`);
  });
});

it("a damaged secrets file is no error here: whoever needs it says so", () => {
  expect(() => learnSecretsFile(join(tmpdir(), "none", "secrets.json"))).not.toThrow();
  expect(() => learnSecretsFile(__filename)).not.toThrow();
});
