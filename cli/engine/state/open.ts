/** Opens the states of a lab. */
import { join } from "node:path";
import { z } from "zod";
import type { LabApp } from "../../../constructs/lab/lab-app.ts";
import type { LabStack } from "../../../constructs/lab/lab-stack.ts";
import type { Interruption } from "../../ui/interruption.ts";
import type { Lab } from "../synth/assembly.ts";
import { toolEnvironment } from "../synth/environment.ts";
import type { Project } from "../synth/project.ts";
import { findBinary } from "../terraform/binary.ts";
import { signInEnvironment } from "../terraform/oci-sign-in.ts";
import type { Backend, Stack } from "../terraform/stack.ts";
import { backupsOf } from "./backups.ts";
import type { StateTool } from "./folder.ts";
import { locationOf, type StateLocation } from "./location.ts";
import { guardOf } from "./made-before.ts";
import { readOnly, toolRunner } from "./run-tool.ts";
import { secretsFile } from "./secrets-file.ts";
import { statePassphrase } from "./secrets.ts";
import { type State, stateOf, type StateReader } from "./state.ts";
import { openStore } from "./store.ts";
import { openWhereabouts, whereaboutsOf } from "./whereabouts.ts";

interface Opened {
  readonly project: Project;
  readonly lab: Pick<Lab, "encryptedState" | "signIn"> | null;
  /** What asks a tool that writes a state to end. @default - no state is written */
  readonly interruption?: Interruption;
  readonly say: (line: string) => void;
  /** How long a tool that reads one may take, in milliseconds. @default - as long as it takes */
  readonly patienceMs?: number;
  /** @default - looked for when it is needed */
  readonly tool?: StateTool;
}

/** Opens the states of a lab. Nothing is read or started yet. */
export function openStates({ project, lab, interruption, say, tool, patienceMs }: Opened): StateReader {
  const encryptedState = lab?.encryptedState ?? false;
  // Once: two that make a passphrase would make two.
  let found: Promise<StateTool> | undefined;
  let phrase: Promise<string | null> | undefined;
  const make = encryptedState && interruption !== undefined;
  const find = async (): Promise<StateTool> => {
    const base = tool?.env ?? toolEnvironment(project, {}, say);
    const signIn = project.sandbox ? undefined : lab?.signIn;
    const env = signIn === undefined ? base : signInEnvironment(base, signIn, project.data);
    return { binary: tool?.binary ?? (await findBinary(env)), env };
  };
  return {
    encryptedState,
    states: openStore({
      run: project.run,
      backups: (stack) => backupsOf(project.data, stack).map(({ file }) => file),
      tool: () => (found ??= find()),
      passphrase: () => (phrase ??= statePassphrase(secretsFile(project), make ? guardOf(project) : null)),
      runTool:
        interruption === undefined ? (call) => readOnly(call, patienceMs) : toolRunner(project.run, interruption),
    }),
  };
}

const synthesized = z.object({
  terraform: z.object({ backend: z.record(z.string(), z.record(z.string(), z.unknown())) }),
});

function backendOf(stack: LabStack): Backend {
  const { backend } = synthesized.parse(stack.backend.toTerraform()).terraform;
  const [kind = "local", config = {}] = Object.entries(backend)[0] ?? [];
  return { kind, config };
}

/** What of each stack says where its state is. */
function keptStacks(app: LabApp, { data }: Project): readonly Pick<Stack, "name" | "backend" | "stateFile">[] {
  return app.stacks.map((stack) => {
    const { id: name } = stack.node;
    const backend = backendOf(stack);
    return { name, backend, stateFile: backend.kind === "local" ? join(data, "state", `${name}.tfstate`) : null };
  });
}

/**
 * Reads the state of each stack of a lab that was built and not synthesized, in the order of its stacks.
 *
 * @param patienceMs how long a tool that reads one may take. @default - as long as it takes
 */
export function readsOf(
  app: LabApp,
  project: Project,
  patienceMs?: number,
): readonly { readonly stack: string; readonly read: Promise<State> }[] {
  const say = (line: string): void => console.error(line);
  const reader = openStates({ project, lab: app, say, ...(patienceMs !== undefined && { patienceMs }) });
  return keptStacks(app, project).map((stack) => ({ stack: stack.name, read: stateOf(reader, stack) }));
}

/** The same, by the stacks' names. */
export async function statesOf(app: LabApp, project: Project): Promise<ReadonlyMap<string, State>> {
  const entries = readsOf(app, project).map(async ({ stack, read }) => [stack, await read] as const);
  return new Map(await Promise.all(entries));
}

/** Where the config says that each state is, and where it is as far as this LAB_HOME knows. */
export function placesOf(
  app: LabApp,
  project: Project,
): readonly { stack: string; configured: StateLocation; at: StateLocation }[] {
  const where = openWhereabouts(project);
  return keptStacks(app, project).map((stack) => {
    const configured = locationOf(stack, app.encryptedState);
    return { stack: stack.name, configured, at: whereaboutsOf(where, project, stack.name, configured).at };
  });
}
