/** Finds the project: the app's folder, LAB_HOME, and the places below them. */
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { unfitHome } from "../../../config/environment.ts";
import { withoutByteOrderMark } from "../../../config/text.ts";
import { pathVariable, userPath } from "../../../config/user-path.ts";
import { CliError, codeOf, messageOf } from "../../ui/errors.ts";
import { learnSecretsFile } from "../../ui/masker.ts";
import { ALL_STAND_INS, type Choices } from "../../ui/options.ts";
import { requireFolder } from "../../ui/user-files.ts";

/** Options that choose a project. */
export interface ProjectOptions {
  readonly app?: string;
  readonly output?: string;
  readonly sandbox?: boolean;
  readonly config?: string;
  /** For each system of the sandbox, the stand-in or the real provider. @default - stand-ins */
  readonly providers?: Choices;
}

/** A lab's places, and how it is run. */
export interface Project {
  /** The folder of cdktf.json: the app runs here. */
  readonly folder: string;
  /** The shell command that synthesizes. */
  readonly app: string;
  /** cdktf.json's `context`, handed to the app as JSON. */
  readonly context: string | undefined;
  /** Where the app writes, absolute. */
  readonly output: string;
  /** LAB_HOME, absolute: nothing of this lab is kept outside of it. */
  readonly home: string;
  readonly sandbox: boolean;
  /** Which provider plays in the sandbox; a real run has the real ones. */
  readonly providers: Choices;
  /** The config file, absolute; null leaves the choice to the app. */
  readonly config: string | null;
  /** `<home>/.sandbox` or `<home>/.lab`: state, secrets and run records. */
  readonly data: string;
  readonly run: string;
}

interface CdktfJson {
  readonly folder: string;
  readonly app: string | undefined;
  readonly output: string | undefined;
  readonly context: string | undefined;
}

/** Nearest cdktf.json, upwards from `start`. Checked by hand: zod would cost synth more than the rest of it. */
function readCdktfJson(start: string): CdktfJson | null {
  for (let folder = start; ; folder = dirname(folder)) {
    const file = join(folder, "cdktf.json");
    try {
      const value: unknown = JSON.parse(withoutByteOrderMark(readFileSync(file, "utf8")));
      if (typeof value !== "object" || value === null) throw new Error("not an object");
      const text = (key: string): string | undefined => {
        const field: unknown = Reflect.get(value, key);
        if (field === undefined || typeof field === "string") return field;
        throw new Error(`${key}: got ${JSON.stringify(field)}, allowed a string`);
      };
      const context: unknown = Reflect.get(value, "context");
      return {
        folder,
        app: text("app"),
        output: text("output"),
        context: context === undefined ? undefined : JSON.stringify(context),
      };
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw new CliError(`${file}: ${messageOf(error)}`);
      if (dirname(folder) === folder) return null;
    }
  }
}

/** `1`, `true` and the like; `0`, `false` and nothing are off. */
function isOn(value: string | undefined): boolean {
  return value !== undefined && !["", "0", "false", "no", "off"].includes(value.toLowerCase());
}

/**
 * Finds the project from the options, the environment and cdktf.json, in this order of weight. Its secrets are masked from
 * now on: before the app, or anything else, has a word.
 */
export function openProject(
  options: ProjectOptions,
  env: NodeJS.ProcessEnv = process.env,
  cwd: string = process.cwd(),
): Project {
  const found = readCdktfJson(cwd);
  const app = options.app ?? found?.app;
  if (app === undefined) {
    throw new CliError(
      found === null
        ? `no cdktf.json in ${cwd} or above it: run this in the project, or say how to run the app with --app`
        : `${join(found.folder, "cdktf.json")}: app is missing, such as "app": "node main.ts"`,
    );
  }
  const folder = found?.folder ?? cwd;
  const home = pathVariable(env, "LAB_HOME", cwd) ?? folder;
  const unfit = unfitHome(home);
  if (unfit !== null) throw new CliError(unfit);
  const sandbox = options.sandbox ?? isOn(env["LAB_SANDBOX"]);
  if (options.providers !== undefined && !sandbox)
    throw new CliError("--providers: only with --sandbox (or LAB_SANDBOX=1), as a real run has the real providers");
  if (options.output !== undefined) requireFolder(resolve(cwd, options.output));
  const data = join(home, sandbox ? ".sandbox" : ".lab");
  // Without the schema of the file, which would cost synth more than it takes.
  learnSecretsFile(join(data, "secrets.json"));
  return {
    folder,
    app,
    context: found?.context,
    output:
      options.output === undefined
        ? userPath(found?.output ?? "cdktf.out", "cdktf.json: output", home, env)
        : resolve(cwd, options.output),
    home,
    sandbox,
    providers: options.providers ?? ALL_STAND_INS,
    config:
      options.config === undefined ? (pathVariable(env, "LAB_CONFIG", cwd) ?? null) : resolve(cwd, options.config),
    data,
    run: join(data, "run"),
  };
}

/** Makes the folders that are private to the lab; state and logs hold secrets. */
export function makeDataFolders(project: Project): void {
  mkdirSync(project.run, { recursive: true, mode: 0o700 });
}
