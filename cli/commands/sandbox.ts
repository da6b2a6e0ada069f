/** `lab sandbox`: the embedded sandbox by hand, and for other programs. */
import { openSandbox, runningSandbox, type Sandbox } from "../../sandbox/client.ts";
import { toolEnvironment } from "../environment.ts";
import { certificates } from "../doctor/certificates.ts";
import { CliError, messageOf } from "../errors.ts";
import { holderOf, toldHolder } from "../run/lock.ts";
import { runningRecords } from "../run/settle.ts";
import { findBinary } from "../terraform/binary.ts";
import { makeDataFolders, openProject, type Project } from "../project.ts";
import { guardOf } from "../secrets/made-before.ts";
import { secretsPlace } from "../secrets/place.ts";
import { ensureSecrets, secretVariables } from "../secrets/secrets.ts";
import { printInClear } from "../masking/filter.ts";
import { visibleLine } from "../masking/visible.ts";
import { printDocument, printDocumentInClear } from "./document.ts";
import { providersOf, sandboxEnvironment, setScene } from "./session.ts";
import { synthesizeBeside } from "../synth/synthesize.ts";
import { atWork, type CommonOptions, lockOf } from "./workplace.ts";

export interface StartOptions extends CommonOptions {
  /** Print shell lines that set what terraform and other programs need. */
  readonly env?: boolean;
}

function sandboxProject(options: CommonOptions): Project {
  return openProject({ ...options, sandbox: true });
}

async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new CliError(messageOf(error));
  }
}

/** A registry is asked for the tool that will be used. */
function needsTool({ providers }: Project): boolean {
  return Object.values(providers).some((choice) => choice !== "stand-in");
}

/** What Oracle's CLI and SDKs read, of what the real provider is told. */
function isForOracleCli([name]: readonly [string, string]): boolean {
  return name.startsWith("OCI_CLI_");
}

/** A line for a POSIX shell. */
function exportLine([name, value]: readonly [string, string]): string {
  return `export ${name}='${value.replaceAll("'", "'\\''")}'`;
}

/** Starts the sandbox with the tunnels of the lab as it is configured now. */
export async function startSandbox(options: StartOptions): Promise<number> {
  if (options.providers !== undefined && !options.env)
    throw new CliError("--providers: only with --env, as it is what that prints which changes");
  // Before the lock: a deploy that holds it may wait for this sandbox. It has the tunnels that the deploy gave it.
  const first = sandboxProject(options);
  const { page: there } = await told(openSandbox({ labHome: first.home }));
  const holder = holderOf(lockOf(first));
  if (holder !== null && !options.env) {
    if (options.json) printDocument({ running: true, home: first.home, page: there });
    console.error(
      `the sandbox of ${first.home} runs, with the tunnels of what works in it (${toldHolder(holder)}); ${there} draws it`,
    );
    return 0;
  }
  return atWork({ ...options, sandbox: true, json: true }, "lab sandbox start", async (place) => {
    const { project, terminal } = place;
    makeDataFolders(project);
    const opened = told(openSandbox({ labHome: project.home }));
    const [{ lab }, sandbox] = await synthesizeBeside(opened, place, false);
    if (lab !== null) await setScene(sandbox, lab);
    const { home } = project;
    const { page } = sandbox;
    if (!options.env) {
      if (options.json) printDocument({ running: true, home, page });
      terminal.aside(
        `the sandbox of ${home} runs; ${page} draws it; \`npx lab sandbox start --env\` prints what other programs need`,
      );
      return 0;
    }
    const secrets = await ensureSecrets(
      secretsPlace(project),
      (lab?.hosts ?? []).map(({ name }) => name),
      guardOf(project),
    );
    const variables = Object.entries(secretVariables(secrets)).map(
      ([name, value]) => [`TF_VAR_${name}`, value] as const,
    );
    const base = toolEnvironment(project, {}, () => undefined);
    const product = needsTool(project) ? (await findBinary(base)).product : "Terraform";
    const chosen = await providersOf(project, product, (line) => terminal.aside(line));
    const config = base["TF_CLI_CONFIG_FILE"];
    const lines: readonly (readonly [string, string])[] = [
      ["LAB_SANDBOX", "1"],
      ["LAB_HOME", project.home],
      ...(config === undefined || chosen.configFile !== undefined ? [] : [["TF_CLI_CONFIG_FILE", config] as const]),
      ...variables,
      ...Object.entries(await sandboxEnvironment(sandbox, chosen)),
      // Not of the providers alone: whoever calls the API needs these. With the real oracle/oci they are there already.
      ...(chosen.real.includes("oci") ? [] : Object.entries((await sandbox.real()).oci).filter(isForOracleCli)),
    ];
    if (options.json) printDocumentInClear({ running: true, home, page, env: Object.fromEntries(lines) });
    else printInClear(lines.map((line) => `${exportLine(line)}\n`).join(""));
    return 0;
  });
}

/** @throws CliError that says what would wait for a sandbox that is no more */
function requireNobodyAtWork(project: Project): void {
  const holder = holderOf(lockOf(project));
  const runs = runningRecords(project.run).map(
    ({ verb, stack, startedAt }) => `${verb} of ${stack}, since ${startedAt}`,
  );
  const [who] = [...(holder === null ? [] : [toldHolder(holder)]), ...runs];
  if (who !== undefined)
    throw new CliError(
      `the sandbox of ${project.home} is at work for ${who}: let that end, or end it with Ctrl-C, then stop the sandbox`,
    );
}

export async function stopSandbox(options: CommonOptions): Promise<number> {
  const project = sandboxProject(options);
  const { home } = project;
  const sandbox = await told(runningSandbox(home));
  if (sandbox !== null) {
    requireNobodyAtWork(project);
    await told(sandbox.stop());
  }
  if (options.json) printDocument({ stopped: sandbox !== null, home });
  console.error(
    sandbox === null ? `no sandbox runs for ${home}` : `stopped the sandbox of ${home}; what is in it stays on disk`,
  );
  return 0;
}

/** How long the ways into the lab that is in it are good. */
async function certificatesIn(sandbox: Sandbox, project: Project) {
  return certificates(project, await told(sandbox.clock()));
}

/** Says what exists in the sandbox; exits with 1 when it does not run. */
export async function sandboxStatus(options: CommonOptions): Promise<number> {
  const project = sandboxProject(options);
  const { home } = project;
  const sandbox = await told(runningSandbox(home));
  if (options.json) {
    printDocument({
      running: sandbox !== null,
      home,
      ...(sandbox === null
        ? {}
        : {
            page: sandbox.page,
            overview: await told(sandbox.overview()),
            certificates: await certificatesIn(sandbox, project),
          }),
    });
  } else if (sandbox === null) {
    console.log(`no sandbox runs for ${home}`);
  } else {
    const items = await told(sandbox.inventory());
    console.log(`the sandbox of ${home} runs and has ${items.length} objects; ${sandbox.page} draws them`);
    for (const { type, id, name } of items) {
      const shown = visibleLine(name);
      console.log(`  ${type}  ${shown === "" ? id : `${shown}  ${id}`}`);
    }
    for (const { found, advice } of await certificatesIn(sandbox, project))
      console.log(`certificates: ${found}${advice === null ? "" : `; to do: ${advice}`}`);
  }
  return sandbox === null ? 1 : 0;
}

/** Empties the world and forgets its state; the lab's secrets and the daemon stay. */
export async function resetSandbox(options: CommonOptions): Promise<number> {
  return atWork({ ...options, sandbox: true }, "lab sandbox reset", async ({ project }) => {
    const { rmSync } = await import("node:fs");
    const { join } = await import("node:path");
    const sandbox = await told(openSandbox({ labHome: project.home }));
    await told(sandbox.reset());
    // A state that speaks of objects which are gone would only be in the way.
    for (const name of ["state", "backups", "run"]) rmSync(join(project.data, name), { recursive: true, force: true });
    if (options.json) printDocument({ emptied: true, home: project.home });
    console.error(`emptied the sandbox of ${project.home}`);
    return 0;
  });
}
