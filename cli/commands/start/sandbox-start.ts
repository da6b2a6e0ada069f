/** `lab sandbox start`: starts the sandbox, and prints what other programs need. */
import type { Sandbox } from "../../../sandbox/client.ts";
import {
  type CommonOptions,
  lockOf,
  synthesizeBeside,
  withLabLock,
  type CommandContext,
} from "../../engine/synth/command-context.ts";
import type { Lab } from "../../engine/synth/assembly.ts";
import { toolEnvironment } from "../../engine/synth/environment.ts";
import { describeHolder, holderOf } from "../../engine/synth/lock.ts";
import { makeDataFolders, openProject, type Project } from "../../engine/synth/project.ts";
import { type CommandDefinition, json, providersOption, where } from "../../ui/command.ts";
import { printDocument, printDocumentInClear } from "../../ui/document.ts";
import { CliError, asCliError } from "../../ui/errors.ts";
import { printInClear } from "../../ui/mask-output.ts";
import { singleQuoted } from "../../ui/words.ts";

interface StartOptions extends CommonOptions {
  /** Print shell lines that set what terraform and other programs need. */
  readonly env?: boolean;
}

/** The project of a command that works in the sandbox, whatever LAB_SANDBOX says. */
export function sandboxProject(options: CommonOptions): Project {
  return openProject({ ...options, sandbox: true });
}

/** What the sandbox answers. @throws CliError in one line */
export async function answered<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw asCliError(error);
  }
}

/** The sandbox of this LAB_HOME, started if it does not run. @throws CliError in one line */
export async function openedSandbox(options: CommonOptions): Promise<Sandbox> {
  const { openSandbox } = await import("../../../sandbox/client.ts");
  return answered(openSandbox({ labHome: sandboxProject(options).home }));
}

/** A registry is asked for the tool that will be used. */
function needsTool({ providers }: Project): boolean {
  return Object.values(providers).some((choice) => choice !== "stand-in");
}

/** What Oracle's CLI and SDKs read, from the settings of the real provider. */
function isForOracleCli([name]: readonly [string, string]): boolean {
  return name.startsWith("OCI_CLI_");
}

/** A line for a POSIX shell. */
function exportLine([name, value]: readonly [string, string]): string {
  return `export ${name}=${singleQuoted(value)}`;
}

/** All that other programs need to work on this sandbox, by name. */
async function environmentFor(
  { project, terminal }: CommandContext,
  lab: Lab | null,
  sandbox: Sandbox,
): Promise<readonly (readonly [name: string, value: string])[]> {
  const { providersOf, putUpHosts, sandboxEnvironment } = await import("../../engine/runs/sandbox.ts");
  const { guardOf } = await import("../../engine/state/made-before.ts");
  const { labSecrets, secretVariables } = await import("../../engine/state/secrets.ts");
  const { findBinary } = await import("../../engine/terraform/binary.ts");
  const base = toolEnvironment(project, {}, () => undefined);
  const secrets = await labSecrets(project, lab, guardOf(project), base);
  if (lab?.existing !== undefined) await putUpHosts(sandbox, lab.existing, secrets);
  const product = needsTool(project) ? (await findBinary(base)).product : "Terraform";
  const chosen = await providersOf(project, product, (line) => terminal.aside(line));
  const config = base["TF_CLI_CONFIG_FILE"];
  return [
    ["LAB_SANDBOX", "1"],
    ["LAB_HOME", project.home],
    ...(config === undefined || chosen.configFile !== undefined ? [] : [["TF_CLI_CONFIG_FILE", config] as const]),
    ...Object.entries(secretVariables(secrets)).map(([name, value]) => [`TF_VAR_${name}`, value] as const),
    ...Object.entries(await sandboxEnvironment(sandbox, chosen)),
    // Not of the providers alone: whoever calls the API needs these. With the real oracle/oci they are there already.
    ...(chosen.real.includes("oci") ? [] : Object.entries((await sandbox.real()).oci).filter(isForOracleCli)),
  ];
}

/** Starts the sandbox with the tunnels of the lab as it is configured now. */
async function startSandbox(options: StartOptions): Promise<number> {
  if (options.providers !== undefined && !options.env)
    throw new CliError("--providers: only with --env, as it is what that prints which changes");
  // Before the lock: a deploy that holds it may wait for this sandbox. It has the tunnels that the deploy gave it.
  const first = sandboxProject(options);
  const { page: there } = await openedSandbox(options);
  const holder = holderOf(lockOf(first));
  if (holder !== null && !options.env) {
    if (options.json) printDocument({ running: true, home: first.home, page: there });
    console.error(
      `the sandbox of ${first.home} runs, with the tunnels of what works in it (${describeHolder(holder)}); ${there} draws it`,
    );
    return 0;
  }
  return withLabLock({ ...options, sandbox: true, json: true }, "lab sandbox start", async (context) => {
    const { project, terminal } = context;
    makeDataFolders(project);
    const [{ lab }, sandbox] = await synthesizeBeside(openedSandbox(options), context, false);
    const { configureSandbox } = await import("../../engine/runs/sandbox.ts");
    if (lab !== null) await configureSandbox(sandbox, lab);
    const { home } = project;
    const { page } = sandbox;
    if (options.env) {
      const lines = await environmentFor(context, lab, sandbox);
      if (options.json) printDocumentInClear({ running: true, home, page, env: Object.fromEntries(lines) });
      else printInClear(lines.map((line) => `${exportLine(line)}\n`).join(""));
      return 0;
    }
    if (options.json) printDocument({ running: true, home, page });
    terminal.aside(
      `the sandbox of ${home} runs; ${page} draws it; \`npx lab sandbox start --env\` prints what other programs need`,
    );
    return 0;
  });
}

/** `lab sandbox start` */
export const start: CommandDefinition<StartOptions> = {
  name: "start",
  description: "Start it, with the tunnels of the lab",
  examples: ["npx lab sandbox start", 'eval "$(npx lab sandbox start --env)"'],
  options: (command) =>
    json(where(command))
      .option("--env", 'print shell lines that other programs need: eval "$(…)"')
      .addOption(providersOption("with --env")),
  run: startSandbox,
};
