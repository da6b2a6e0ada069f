/** Opens what a run over stacks needs: the synthesized stacks, the tool, the sandbox or tunnels, secrets, environment. */
import { join } from "node:path";
import type { Sandbox } from "../../../sandbox/client.ts";
import { learnLater } from "../../ui/masker.ts";
import { enforced } from "../state/encryption.ts";
import { readHostDomains } from "../state/host-domains.ts";
import { type Guard, guardOf, madeElsewhere } from "../state/made-before.ts";
import { openStates } from "../state/open.ts";
import type { StackRunner } from "../state/run-tool.ts";
import { secretsFile } from "../state/secrets-file.ts";
import { labSecrets, reviewSecret, secretVariables, statePassphrase } from "../state/secrets.ts";
import { learnStates } from "../state/state.ts";
import type { Assembly, Lab, StackInfo } from "../synth/assembly.ts";
import { type CommandContext, synthesizeBeside } from "../synth/command-context.ts";
import { type Environment, toolEnvironment } from "../synth/environment.ts";
import { makeDataFolders, type Project } from "../synth/project.ts";
import { type Binary, describeBinary, findBinary, knownTools } from "../terraform/binary.ts";
import { providerPlaces } from "../terraform/cli-config.ts";
import { signInEnvironment } from "../terraform/oci-sign-in.ts";
import type { Chosen } from "../terraform/providers.ts";
import { pluginTurns } from "../terraform/runner.ts";
import { readStack, type Stack } from "../terraform/stack.ts";
import type { Access, AccessOptions, OpenOptions } from "./access.ts";
import { type ReviewKey, reviewKey } from "./plan-digest.ts";
import {
  assertLetIn,
  configureSandbox,
  keepRunning,
  openTheSandbox,
  putUpHosts,
  providersOf,
  sandboxEnvironment,
} from "./sandbox.ts";

/** What a run over stacks works with, until it is closed. */
export interface Session extends StackRunner {
  readonly assembly: Assembly;
  /** Null in a real run. */
  readonly sandbox: Sandbox | null;
  /** Vouches for what was reviewed; null for an app that is no lab. */
  reviewKey(): Promise<ReviewKey | null>;
  /** The stack as synthesized. */
  stack(info: StackInfo): Stack;
  /** Everything a run of this stack needs in its environment. */
  environment(stack: Stack): Environment;
  /** Opens the tunnels that this stack's providers talk through; in the sandbox, sees that SSH would be let in. */
  connect(stack: StackInfo, options?: OpenOptions): Promise<void>;
  close(): void;
}

async function accessTo(hosts: AccessOptions): Promise<Access> {
  const { realAccess } = await import("./access.ts");
  return realAccess(hosts);
}

/** Whether stacks share a plugin cache; of a configuration that only the tool can read, it may say so. */
function mayShareCache({ product }: Binary, env: Environment): boolean {
  try {
    return providerPlaces(product, env).cache !== undefined;
  } catch {
    return true;
  }
}

/** How OpenTofu encrypts states and plans; what the user has set weighs more. */
async function encryptionEnvironment(
  project: Project,
  env: Environment,
  encrypted: boolean,
  guard: Guard,
): Promise<Environment> {
  if (!encrypted || env["TF_ENCRYPTION"] !== undefined) return {};
  const passphrase = await statePassphrase(secretsFile(project), guard);
  return passphrase === null ? {} : { TF_ENCRYPTION: enforced(passphrase) };
}

/** The TF_VAR_* of a stack: those it declares, and none that it does not. */
function variablesFor(stack: Stack, values: Environment): Environment {
  return Object.fromEntries(
    stack.variables.flatMap((name) => (values[name] === undefined ? [] : [[`TF_VAR_${name}`, values[name]]])),
  );
}

/**
 * What every stack has in its environment: the sandbox's words or the account's key, and the passphrase of encrypted states.
 *
 * @returns the environment; the key is read when it is first asked for, as whoever only looks at states here needs none
 */
async function stackEnvironment(
  project: Project,
  lab: Lab | null,
  base: Environment,
  inSandbox: { readonly sandbox: Sandbox; readonly chosen: Chosen } | null,
  guard: Guard,
): Promise<{ readonly env: Environment; readonly withKey: () => Environment }> {
  const env: Environment = {
    ...base,
    ...(inSandbox === null ? {} : await sandboxEnvironment(inSandbox.sandbox, inSandbox.chosen)),
    ...(await encryptionEnvironment(project, base, lab?.encryptedState ?? false, guard)),
  };
  const signIn = inSandbox === null ? lab?.signIn : undefined;
  let signedIn: Environment | undefined;
  const withKey = (): Environment =>
    (signedIn ??= signIn === undefined ? env : signInEnvironment(env, signIn, project.data));
  return { env, withKey };
}

/**
 * Finds the tool and opens the sandbox, while the app runs.
 *
 * @param skipSynth takes what was synthesized last
 */
export async function openSession(context: CommandContext, skipSynth = false): Promise<Session> {
  const { project, terminal, interruption } = context;
  makeDataFolders(project);
  const say = (line: string): void => terminal.aside(line);
  const base = toolEnvironment(project, {}, say);
  const tools = knownTools(join(project.data, "tools.json"));
  const found = Promise.all([
    findBinary(base, { known: tools }),
    project.sandbox ? openTheSandbox(project.home) : null,
  ]);
  const [assembly, [binary, sandbox]] = await synthesizeBeside(found, context, skipSynth);
  terminal.aside(`using ${describeBinary(binary)}${project.sandbox ? ", in the sandbox" : ""}`);
  // Of all stacks: those that are worked on read the others. The app and the sandbox, which have spoken, know no states.
  learnLater(() => learnStates(join(project.data, "state")));
  const { lab } = assembly;
  const reading = { project, lab, say, tool: { binary, env: base } };
  const guard = guardOf(project, () => madeElsewhere(assembly, project, openStates(reading)));
  const [chosen, secrets] = await Promise.all([
    sandbox === null ? null : providersOf(project, binary.product, say),
    lab === null ? null : labSecrets(project, lab, guard, base),
    sandbox === null || lab === null ? null : configureSandbox(sandbox, lab),
  ]);
  if (sandbox !== null && secrets !== null && lab?.existing !== undefined)
    await putUpHosts(sandbox, lab.existing, secrets);
  const reader = openStates({ ...reading, interruption });
  const inSandbox = sandbox === null || chosen === null ? null : { sandbox, chosen };
  const { env, withKey } = await stackEnvironment(project, lab, base, inSandbox, guard);
  const access =
    sandbox !== null || lab === null || secrets === null
      ? null
      : await accessTo({ project, lab, assembly, secrets, reader, signal: interruption.signal, say });
  const letEnd = sandbox === null ? null : keepRunning(sandbox, project.home, say);
  const opened = new Map<string, Stack>();
  return {
    ...context,
    ...reader,
    assembly,
    binary,
    tools,
    plugins: pluginTurns(mayShareCache(binary, env)),
    providerConfig: chosen?.configFile,
    sandbox,
    reviewKey: async () => (secrets === null ? null : reviewKey(await reviewSecret(secretsFile(project), guard))),
    stack(info) {
      const known = opened.get(info.name) ?? readStack(info, project);
      opened.set(info.name, known);
      return known;
    },
    environment(stack) {
      const generated = secrets === null ? {} : secretVariables(secrets);
      // What the user has set weighs more than what the lab made.
      const moved = { host_domains: JSON.stringify(readHostDomains(project)) };
      return { ...variablesFor(stack, { ...generated, ...moved, ...access?.variables(env) }), ...withKey() };
    },
    async connect(stack, options) {
      if (sandbox !== null) await assertLetIn({ ...options, sandbox, stack, assembly, project });
      await access?.open(stack, options);
    },
    close() {
      letEnd?.();
      access?.close();
    },
  };
}
