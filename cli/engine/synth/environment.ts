/** The environment of programs that are started: the app, terraform or tofu, and their scripts. */
import { accessSync, constants, mkdirSync, realpathSync, writeFileSync } from "node:fs";
import module from "node:module";
import { delimiter, dirname, join } from "node:path";
import { PLUGIN_SOCKET, temporaryFolder } from "../../../config/temporary-folder.ts";
import { pathVariables } from "../../../config/user-path.ts";
import { CliError } from "../../ui/errors.ts";
import type { Project } from "./project.ts";
import { ownBasePort } from "./base-port.ts";

/** Variables of a program that is started. */
export type Environment = Readonly<Record<string, string>>;

/** All that passes into the sandbox: nothing that could name an account, an endpoint or a credential. */
const HARMLESS = new Set(
  "PATH HOME USER LOGNAME SHELL LANG LANGUAGE TZ TERM COLORTERM NO_COLOR FORCE_COLOR CI DEBUG TMPDIR TEMP TMP".split(
    " ",
  ),
);
const HARMLESS_PREFIX =
  /^(LC_|LAB_|TF_LOG|SANDBOX_|NODE_COMPILE_CACHE$|NODE_DISABLE_COMPILE_CACHE$|SystemRoot$|PATHEXT$)/;

/** The variables that are set. */
export function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}

/** The variables of `env` that may be seen by what runs in the sandbox. */
function scrubbed(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(definedOnly(env)).filter(([key]) => HARMLESS.has(key) || HARMLESS_PREFIX.test(key)),
  );
}

function nodeOnPath(path: string): string | undefined {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, "node");
    try {
      accessSync(file, constants.X_OK);
      return realpathSync(file);
    } catch {
      // Not here: the next folder.
    }
  }
  return undefined;
}

/** PATH on which `node` is the one that runs us: the app and the steps of the stacks are programs for it. */
function pathWithNode(path: string): string {
  if (nodeOnPath(path) === realpathSync(process.execPath)) return path;
  return [dirname(process.execPath), path].filter((part) => part !== "").join(delimiter);
}

/** Variables by which a user names files to what we start; none of these programs expands a `~`. */
const PATHS = ["TF_CLI_CONFIG_FILE", "TF_PLUGIN_CACHE_DIR", "SOPS_AGE_KEY_FILE"];

/** The variables that are set, with paths as they are meant. @throws UserPathError for one that cannot be */
export function withPaths(env: NodeJS.ProcessEnv): Record<string, string> {
  return { ...definedOnly(env), ...pathVariables(env, PATHS) };
}

/** What every program we start gets: LAB_*, our own Node first on PATH. */
export function baseEnvironment(project: Project, env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const base = project.sandbox ? scrubbed(env) : withPaths(env);
  const result: Record<string, string> = { ...base, PATH: pathWithNode(base["PATH"] ?? ""), LAB_HOME: project.home };
  if (project.config !== null) result["LAB_CONFIG"] = project.config;
  // Opens the lab's secrets, which nobody that we start has to open.
  delete result["SOPS_AGE_KEY"];
  delete result["LAB_SANDBOX"];
  delete result["LAB_BASE_PORT"];
  if (project.sandbox) result["LAB_SANDBOX"] = "1";
  const port = ownBasePort(project);
  if (port !== undefined) result["LAB_BASE_PORT"] = String(port);
  return result;
}

/** The app's environment: where to write, and the cache of what Node compiled. */
export function appEnvironment(project: Project, env: NodeJS.ProcessEnv = process.env): Environment {
  const cache = module.getCompileCacheDir?.();
  return {
    ...(cache === undefined ? {} : { NODE_COMPILE_CACHE: dirname(cache) }),
    ...baseEnvironment(project, env),
    CDKTF_OUTDIR: project.output,
    ...(project.context === undefined ? {} : { CDKTF_CONTEXT_JSON: project.context }),
    ...hushedTypeStripping(env),
  };
}

/** Node 22 says of each program that type stripping is experimental. */
function hushedTypeStripping(env: NodeJS.ProcessEnv): Environment {
  if (!process.version.startsWith("v22.") && !process.version.startsWith("v23.")) return {};
  return { NODE_OPTIONS: `${env["NODE_OPTIONS"] ?? ""} --disable-warning=ExperimentalWarning`.trim() };
}

/**
 * For backend `s3`: since 1.11.2 Terraform sends checksums behind the body unless told not to, whatever `skip_s3_checksum` says,
 * and OCI refuses such a body (hashicorp/terraform#36704, oracle/terraform-provider-oci#2348).
 */
const CHECKSUMS: Environment = {
  AWS_REQUEST_CHECKSUM_CALCULATION: "when_required",
  AWS_RESPONSE_CHECKSUM_VALIDATION: "when_required",
};

/**
 * The environment of terraform or tofu, but for the variables of a stack.
 *
 * @param sandboxEnv what the sandbox wants set; empty for a real run
 * @param say called, once a run, when a variable of the user had to be overruled
 */
export function toolEnvironment(
  project: Project,
  sandboxEnv: Environment,
  say: (line: string) => void,
  env: NodeJS.ProcessEnv = process.env,
): Environment {
  const workspace = env["TF_WORKSPACE"];
  if (!project.sandbox && workspace !== undefined && !["", "default"].includes(workspace)) {
    throw new CliError(
      `TF_WORKSPACE: got "${workspace}", allowed none: a lab has one state per LAB_HOME; unset it and use another LAB_HOME`,
    );
  }
  if (process.platform !== "win32") temporaryFolder(PLUGIN_SOCKET, env["TMPDIR"] || undefined);
  const result: Record<string, string> = {
    ...CHECKSUMS,
    ...baseEnvironment(project, env),
    CHECKPOINT_DISABLE: "1",
    TF_IN_AUTOMATION: "1",
    TF_INPUT: "0",
    ...sandboxEnv,
  };
  // One folder for all stacks would mix up their backends.
  delete result["TF_DATA_DIR"];
  const file = result["TF_CLI_CONFIG_FILE"];
  if (project.sandbox) result["TF_CLI_CONFIG_FILE"] = file ?? emptyConfigFile(project);
  else if (file !== undefined && !readable(file)) {
    say(`TF_CLI_CONFIG_FILE names ${file}, which is not there: going on with an empty one`);
    result["TF_CLI_CONFIG_FILE"] = emptyConfigFile(project);
  }
  return result;
}

/** What a download may need; programs read either spelling. */
const DOWNLOAD =
  "HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY http_proxy https_proxy all_proxy no_proxy SSL_CERT_FILE SSL_CERT_DIR".split(
    " ",
  );

/** For `init` alone, which may have to download: the user's own way out, in place of the sandbox's, which leads nowhere. */
export function downloadEnvironment(environment: Environment, env: NodeJS.ProcessEnv = process.env): Environment {
  const without = Object.entries(environment).filter(([name]) => !DOWNLOAD.includes(name));
  const own = Object.entries(definedOnly(env)).filter(([name]) => DOWNLOAD.includes(name));
  return Object.fromEntries([...without, ...own]);
}

function readable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** Terraform warns at every call about a config file that is missing, so it gets one that is empty. */
function emptyConfigFile(project: Project): string {
  const file = join(project.run, "empty.tfrc");
  if (!readable(file)) {
    mkdirSync(project.run, { recursive: true, mode: 0o700 });
    writeFileSync(file, "");
  }
  return file;
}
