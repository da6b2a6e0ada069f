/** Every path that a person names, in an option, a variable or a file, is the one that is meant; none is a folder called `~`. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { withPaths } from "../../../cli/engine/synth/environment.ts";
import { mergeTarget } from "../../../cli/clients/contexts.ts";
import { openProject } from "../../../cli/engine/synth/project.ts";
import { ageKeyFile, ownKeys } from "../../../cli/engine/state/sops.ts";
import { findBinary } from "../../../cli/engine/terraform/binary.ts";
import { cacheFolder } from "../../../cli/engine/terraform/tools.ts";
import { providerPlaces } from "../../../cli/engine/terraform/cli-config.ts";
import { buildEnvironment } from "../../../images/runners/local-tools.ts";
import { configFileOf } from "../../../images/upload/profile.ts";
import { readEnvironment } from "../../../config/environment.ts";
import { pathProblem, userPath } from "../../../config/user-path.ts";
import { REPOSITORY } from "../../config/labs.ts";
import { COMMANDS } from "../command-tree.ts";

const HOME = "/home/somebody";

describe("a path of a person", () => {
  it.each([
    ["~", HOME],
    ["~/lab", `${HOME}/lab`],
    ["lab", "/srv/lab"],
    ["./~bob", "/srv/~bob"],
    ["./$HOME", "/srv/$HOME"],
    ["a b/%c", "/srv/a b/%c"],
    ["/dev/stdout", "/dev/stdout"],
  ])("%j is %s", (text, meant) => {
    expect(userPath(text, "LAB_HOME", "/srv", { HOME })).toBe(meant);
  });

  it.each(["~bob/lab", " lab", "lab\n", '"lab"', "file:///lab", "$HOME/lab", "${HOME}/lab", "%APPDATA%/lab", "", " "])(
    "%j is refused in one line that names it",
    (text) => {
      expect(() => userPath(text, "LAB_HOME", "/srv", { HOME })).toThrow(
        `LAB_HOME: got ${JSON.stringify(text)}, allowed `,
      );
    },
  );

  it("is never a folder named ~ where it begins with ~", () => {
    const parts = fc.array(fc.constantFrom("~", "/", "a", ".", " ", "$", '"'));
    fc.assert(
      fc.property(fc.constantFrom("~", "~/"), parts, (start, rest) => {
        const text = start + rest.join("");
        fc.pre(pathProblem(text) === null);
        expect(userPath(text, "x", "/srv", { HOME })).not.toMatch(/^\/srv/);
      }),
    );
  });
});

describe("every option that names a file or folder", () => {
  const options = COMMANDS.flatMap(({ path, command }) =>
    command.options
      .filter(({ flags }) => /[<[](file|folder|path)[\]>]/.test(flags))
      .map((option) => ({ name: `${path} ${option.flags}`, option })),
  );

  it("is found", () => expect(options.length).toBeGreaterThan(30));

  it.each(options)("$name", ({ option }) => {
    const read = (text: string): unknown => option.parseArg?.(text, undefined);
    expect([read("~/x")].flat()).toEqual([join(process.env["HOME"] ?? "", "x")]);
    expect([read("x")].flat()).toEqual([join(process.cwd(), "x")]);
    expect(() => read("~bob/x")).toThrow("allowed the whole path in place of ~USER");
  });
});

/** `env["NAME"]`, `env.NAME`, and `{ NAME }` out of the environment, as a parameter or by itself. */
const LOOKUP =
  /\benv(?:\["|\.)(\w+)|\{([^{}]*)\}(?:: (?:NodeJS\.ProcessEnv|Variables|Environment)\b| = (?:process\.)?env\b)/g;
const PATH_LIKE = /\b[A-Z_a-z]*(?:_FILE|_PATH|_DIR|_HOME|CONFIG|SUMMARY|FIRMWARE)\b/;

/** What comes of each variable that names a path. */
const VARIABLES: Readonly<Record<string, (env: NodeJS.ProcessEnv) => unknown>> = {
  LAB_HOME: (env) => openProject({ app: "x" }, env, "/").home,
  LAB_CONFIG: (env) => openProject({ app: "x" }, env, "/").config,
  CDKTF_OUTDIR: (env) => readEnvironment(env).outdir,
  XDG_CONFIG_HOME: (env) => ageKeyFile(env, "linux").replace("/sops/age/keys.txt", ""),
  XDG_CACHE_HOME: (env) => cacheFolder(env).replace("/ampere-lab", ""),
  SOPS_AGE_KEY_FILE: (env) => withPaths(env)["SOPS_AGE_KEY_FILE"],
  OCI_CLI_CONFIG_FILE: (env) => configFileOf(env),
  TF_HOME_OVERRIDE: (env) => configFileOf(env).replace("/.oci/config", ""),
  KUBECONFIG: (env) => mergeTarget("kubeconfig", "contexts: []", env),
  TALOSCONFIG: (env) => mergeTarget("talosconfig", "contexts: {}", env),
  TF_CLI_CONFIG_FILE: (env) => withPaths(env)["TF_CLI_CONFIG_FILE"],
  UEFI_FIRMWARE: (env) => buildEnvironment(env)["UEFI_FIRMWARE"],
  PACKER_CACHE_DIR: (env) => buildEnvironment(env)["PACKER_CACHE_DIR"],
  PACKER_CONFIG_DIR: (env) => buildEnvironment(env)["PACKER_CONFIG_DIR"],
  TF_PLUGIN_CACHE_DIR: (env) => providerPlaces("Terraform", env).cache,
};

describe("every variable that names a file or folder", () => {
  it.each(Object.entries(VARIABLES))("%s", (name, read) => {
    expect(read({ HOME, [name]: "~/x" })).toBe(`${HOME}/x`);
    expect(() => read({ HOME, [name]: "~bob/x" })).toThrow(`${name}: got "~bob/x"`);
  });

  it("is looked up nowhere else", () => {
    const elsewhere = ["cli", "config", "images"].flatMap((folder) =>
      readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts") && !file.includes("node_modules"))
        .flatMap((file) => {
          const text = readFileSync(join(REPOSITORY, folder, file), "utf8");
          const found = [...text.matchAll(LOOKUP)].flatMap(([, name = "", taken = ""]) => [name, ...taken.split(",")]);
          const names = found.flatMap((each) => PATH_LIKE.exec(each.split(":")[0] ?? "")?.[0] ?? []);
          return names.map((name) => `${folder}/${file}: ${name}`);
        }),
    );
    expect(elsewhere.filter((line) => !KNOWN.some((known) => known.test(line)))).toEqual([]);
  });

  it("that names the tool", async () => {
    await expect(findBinary({ PATH: "/bin" }, { wished: "~bob/tofu" })).rejects.toThrow(
      'TERRAFORM_BINARY_NAME: got "~bob/tofu"',
    );
    await expect(findBinary({ PATH: "/bin" }, { wished: "./nowhere/tofu" })).rejects.toThrow("which is not on PATH");
  });

  it("is refused before a key is made beside it", async () => {
    await expect(ownKeys({ HOME: "/nowhere", SOPS_AGE_KEY_FILE: "~bob/keys.txt" })).rejects.toThrow(
      "SOPS_AGE_KEY_FILE",
    );
    expect(existsSync("~bob")).toBe(false);
  });
});

it("the folder that cdktf.json names is the one that is meant", () => {
  const folder = mkdtempSync(join(tmpdir(), "ampere-paths-"));
  try {
    const outputOf = (output: string): string => {
      writeFileSync(join(folder, "cdktf.json"), JSON.stringify({ app: "x", output }));
      return openProject({}, { HOME, LAB_HOME: "/srv/lab" }, folder).output;
    };
    expect([outputOf("~/out"), outputOf("out")]).toEqual([`${HOME}/out`, "/srv/lab/out"]);
    expect(() => outputOf("~bob/out")).toThrow('cdktf.json: output: got "~bob/out"');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Not a path of a person's: what was made a path before, or is deleted. */
const KNOWN: readonly RegExp[] = [
  // By userPath, with the words of a file or an option.
  /api-key\.ts: OCI_CLI_KEY_FILE$/,
  /contexts\.ts: KUBECONFIG$/,
  /: TF_DATA_DIR$/,
  /environment\.ts: TF_CLI_CONFIG_FILE$/,
  /init\.ts: TF_CLI_CONFIG_FILE$/,
];
