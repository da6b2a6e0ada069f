/**
 * Secrets are planted wherever they can enter, and all that leaves is searched for them. What is done here is done again
 * without the masker, to see that the search would find them.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { encrypt } from "unixcrypt";
import { generateSshKey } from "../../sandbox/pki/ssh-key.ts";
import { GitHubModel, TOKEN } from "../cli/github-model.ts";
import { type Finished, startNode } from "../cli/running.ts";
import { itWithTool, SmallLab } from "../cli/small-lab.ts";
import { type Canaries, filesOf, foundIn, generated } from "./canaries.ts";
import { TestLab } from "./lab.ts";

jest.setTimeout(180_000);

const ROOT = join(__dirname, "..", "..");
const imported = (file: string): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: `--import ${pathToFileURL(join(__dirname, file)).href}`,
});
const UNMASKED = imported("unmasked.mjs");

const SECRETS = {
  rootPassword: "cAnary-root-password-8Qz3vT6nLw1xYb5kRm2e",
  rootPasswordHash: encrypt("cAnary-root-password-8Qz3vT6nLw1xYb5kRm2e"),
  userKey: generateSshKey("canary"),
} as const;
const ENVIRONMENT = {
  OCI_CLI_PASSPHRASE: "cAnary-oci-passphrase-7Hd2",
  AWS_SECRET_ACCESS_KEY: "cAnaryAws/8fK2+vN5qLx0Zt7RbWm3JyPd6HgSe1T",
  GITHUB_TOKEN: TOKEN,
  SOPS_AGE_KEY: "cAnary-age-key-5Lw0pXe2",
  TF_ENCRYPTION: 'key_provider "pbkdf2" "k" { passphrase = "cAnary-encryption-passphrase-0Tz" }',
} as const;
/** Nobody knows it but the API that says it: it is told by its looks. */
const TICKET = "PVE:root@pam:66A1B2C3::cAnaryTicket8fK2vN5qLx0Zt7RbWm3JyPd6HgSe1TQQ==";

const PLANTED: Canaries = {
  "root password": SECRETS.rootPassword,
  "its hash": SECRETS.rootPasswordHash,
  "key of the lab": SECRETS.userKey.private,
  "OCI's passphrase": ENVIRONMENT.OCI_CLI_PASSPHRASE,
  "key of AWS": ENVIRONMENT.AWS_SECRET_ACCESS_KEY,
  "token of GitHub": ENVIRONMENT.GITHUB_TOKEN,
  "key of age": ENVIRONMENT.SOPS_AGE_KEY,
  "passphrase of the state": "cAnary-encryption-passphrase-0Tz",
  ticket: TICKET,
};

describe("a lab full of secrets", () => {
  let lab: TestLab;
  let github: GitHubModel;
  let canaries: Canaries = PLANTED;
  /** All that came out, by where. */
  const output: Record<string, string> = {};

  beforeAll(async () => {
    github = await GitHubModel.start();
    lab = await TestLab.create();
    mkdirSync(join(lab.home, ".sandbox"), { mode: 0o700 });
    writeFileSync(
      join(lab.home, ".sandbox", "secrets.json"),
      JSON.stringify({ version: 1, ...SECRETS, hostKeys: {} }),
      { mode: 0o600 },
    );
  });
  afterAll(async () => {
    await github.stop();
    await lab.end();
  });

  interface More {
    readonly args?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
  }

  async function run(line: string, { args = [], env = {} }: More = {}): Promise<Finished> {
    const [program, ...words] = line.split(" ");
    const all = {
      ...process.env,
      LAB_HOME: lab.home,
      LAB_CONFIG: at("lab.config.json"),
      LAB_SANDBOX: "1",
      GITHUB_API_URL: github.api,
      GITHUB_REPOSITORY: "owner/name",
      GITHUB_STEP_SUMMARY: at("summary.md"),
      ...ENVIRONMENT,
      ...env,
    };
    const bin = join(ROOT, `cli/bin/${program}.js`);
    return startNode(bin, [...words, ...args], { cwd: ROOT, env: all }).finished;
  }

  /** Runs it, and keeps what it printed for the search. */
  async function ran(line: string, more?: More): Promise<Finished> {
    const ended = await run(line, more);
    output[line] = `${output[line] ?? ""}${ended.stdout}\n${ended.stderr}`;
    return ended;
  }

  const at = (name: string): string => join(lab.home, name);
  const LOUD = ["--app", `node ${join(__dirname, "loud-app.mjs")}`];

  it("is deployed, with an app that says too much", async () => {
    const deployed = await ran(`cdktf deploy --auto-approve --outputs-file ${at("outputs.json")}`, { args: LOUD });
    expect(deployed).toMatchObject({ code: 0, stderr: expect.stringContaining("loud: the password is (sensitive)") });
    canaries = { ...PLANTED, ...generated(lab.home) };
    expect(Object.keys(canaries).filter((name) => /talos|proxmox/.test(name)).length).toBeGreaterThan(10);
  });

  it("is looked at from all sides", async () => {
    for (const line of [
      "cdktf list",
      "cdktf synth --json",
      "cdktf diff",
      `cdktf diff --json --detailed --markdown ${at("diff.md")} --out ${at("plans")}`,
      "cdktf output",
      "cdktf output --json",
      "lab limits",
      "lab graph",
      `lab graph --out ${at("lab.svg")} --format svg --skip-synth`,
      "lab kubeconfig",
      "lab talosconfig --json",
      `lab comment --file ${at("diff.md")} --pull-request 12 --summary`,
      "lab validate cluster --json",
      "lab sandbox status --json",
      "lab sandbox log",
    ]) {
      const { code, stderr } = await ran(line);
      expect(`${line}: ${code} ${code === 0 ? "" : stderr}`).toBe(`${line}: 0 `);
    }
    await ran("lab doctor");
    output["comment"] = github.comments.map(({ body }) => body).join("\n");
    expect(output["comment"]).toContain("No changes");
  });

  const FAULT = {
    what: "call",
    interface: "provider",
    method: "PlanResourceChange",
    fault: {
      kind: "status",
      status: 500,
      message: `no login with ${SECRETS.rootPassword}, ${JSON.stringify(SECRETS.userKey.private)} and ${TICKET}`,
    },
  } as const;

  /** Each prints a secret, by the accident that it is named after. */
  const ACCIDENTS: Readonly<Record<string, (how: typeof run) => Promise<Finished>>> = {
    "an app that prints what it has read": (how) => how("cdktf list", { args: LOUD }),
    "an API that quotes what it got": async (how) => {
      const sandbox = await lab.sandbox();
      await sandbox.addFault(FAULT);
      return how(`cdktf diff oci --markdown ${at("failed.md")}`);
    },
    "the same, with DEBUG and a document": async (how) => {
      const sandbox = await lab.sandbox();
      await sandbox.addFault(FAULT);
      return how("cdktf diff oci --json --detailed", { env: { DEBUG: "1" } });
    },
    "a config that takes a secret for a number": (how) => {
      writeFileSync(
        at(".sandbox/broken.json"),
        JSON.stringify({ name: SECRETS.rootPassword, hosts: SECRETS.rootPasswordHash }),
      );
      return how("lab limits", { env: { LAB_CONFIG: at(".sandbox/broken.json") } });
    },
    "a command line with a secret in it": (how) =>
      how(`cdktf ${ENVIRONMENT.GITHUB_TOKEN} ${ENVIRONMENT.OCI_CLI_PASSPHRASE}`),
    "an error that nobody catches": (how) => {
      rmSync(at("crash"), { force: true });
      const env = imported("crash.mjs");
      return how("cdktf list", { args: ["--app", `touch ${at("crash")}; sleep 2`], env });
    },
  };

  it.each(Object.entries(ACCIDENTS))("is met by %s", async (_, accident) => {
    const { code, stderr } = await accident(ran);
    expect(code).not.toBeNull();
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it("has secrets in clear where other programs are to read them, by these flags alone", async () => {
    const env = await run("lab sandbox start --env");
    expect(foundIn({ env: env.stdout }, PLANTED)).toContain("root password: env");
    expect(foundIn({ env: env.stderr }, PLANTED)).toEqual([]);
    const { stdout } = await run("lab kubeconfig --stdout");
    expect(foundIn({ kubeconfig: stdout }, canaries)).not.toEqual([]);
    await run(`cdktf output --outputs-file ${at(".sandbox/outputs.json")} --outputs-file-include-sensitive-outputs`);
    expect(foundIn({ it: readFileSync(at(".sandbox/outputs.json"), "utf8") }, canaries)).not.toEqual([]);
  });

  it("keeps secrets in files of its owner's only", () => {
    const open = readdirSync(at(".sandbox"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => file !== at(".sandbox/broken.json") && (statSync(file).mode & 0o077) !== 0);
    const texts = Object.fromEntries(open.map((file) => [file, readFileSync(file, "latin1")]));
    expect(foundIn(texts, canaries)).toEqual([]);
  });

  it("is destroyed", async () => {
    const destroyed = await ran("cdktf destroy talos --auto-approve --json");
    expect(destroyed).toMatchObject({ code: 0 });
  });

  it("lets nothing out", () => {
    expect(foundIn({ ...output, ...filesOf(lab.home) }, canaries)).toEqual([]);
    expect(
      Object.values(output)
        .join("")
        .match(/\(sensitive\)/g)?.length,
    ).toBeGreaterThan(20);
  });

  it.each(Object.entries(ACCIDENTS))("would let it out without the masker, by %s", async (_, accident) => {
    const { stdout, stderr } = await accident((line, more = {}) => {
      const { NODE_OPTIONS: own = "" } = more.env ?? {};
      return run(line, { ...more, env: { ...more.env, NODE_OPTIONS: `${UNMASKED.NODE_OPTIONS} ${own}` } });
    });
    expect(foundIn({ output: stdout + stderr }, canaries)).not.toEqual([]);
  });
});

const said = ({ stdout, stderr }: Finished): string => stdout + stderr;

/** What a stack reads of another loses its sensitivity on the way: see docs/security.md. */
describe("a stack that is careless", () => {
  const SECRET = "cAnary-of-another-stack-3Jq6";
  const TYPED = "cAnary-of-the-command-line-4Xk9";
  const prints = (text: string) => ({ "local-exec": { command: `echo '${text}'; exit 3` } });
  const small = new SmallLab({
    careful: {
      terraform: {
        variable: { word: { type: "string", sensitive: true } },
        resource: { terraform_data: { a: { input: "${var.word}" } } },
        output: { "cross-stack-output-a": { value: "${terraform_data.a.output}", sensitive: true } },
      },
    },
    reader: {
      reads: ["careful"],
      terraform: {
        locals: { read: "${data.terraform_remote_state.careful.outputs.cross-stack-output-a}" },
        resource: { terraform_data: { b: { input: "${local.read}", provisioner: prints("${self.input}") } } },
      },
    },
    taker: {
      terraform: {
        variable: { word: { type: "string", sensitive: true } },
        resource: { terraform_data: { c: { provisioner: prints("${nonsensitive(var.word)}") } } },
      },
    },
  });
  writeFileSync(small.path("word.tfvars"), `word = "${TYPED}"\n`);
  writeFileSync(small.path("word.json"), JSON.stringify({ word: TYPED }));
  afterAll(() => small.dispose());

  itWithTool("with what it reads of another shows it neither in a plan nor by a script that fails", async () => {
    await small.run(["deploy", "careful", "--auto-approve"], { TF_VAR_word: SECRET });
    for (const args of [
      ["diff", "reader", "--detailed"],
      ["deploy", "reader", "--auto-approve"],
    ]) {
      // Without the variable: its value is known from the state of the other stack alone.
      expect(foundIn({ masked: said(await small.run(args)) }, { it: SECRET })).toEqual([]);
      expect(foundIn({ unmasked: said(await small.run(args, UNMASKED)) }, { it: SECRET })).toEqual(["it: unmasked"]);
    }
  });

  itWithTool("with a variable does not show its value, however that was given", async () => {
    const ways: readonly (readonly [readonly string[], Readonly<Record<string, string>>])[] = [
      [["--var", `word=${TYPED}`], {}],
      [["--var-file", small.path("word.tfvars")], {}],
      [["--var-file", small.path("word.json")], {}],
      [[], { TF_VAR_word: TYPED }],
    ];
    for (const [args, env] of ways) {
      const ended = await small.run(["deploy", "taker", "--auto-approve", ...args], env);
      expect(said(ended)).toContain("(sensitive)");
      expect(foundIn({ masked: said(ended) }, { it: TYPED })).toEqual([]);
    }
    const unmasked = said(await small.run(["deploy", "taker", "--auto-approve"], { TF_VAR_word: TYPED, ...UNMASKED }));
    expect(foundIn({ unmasked }, { it: TYPED })).toEqual(["it: unmasked"]);
  });
});
