/** The states of a lab, from what it has: its folders, its secrets, and the tool. */
import { toolEnvironment } from "../environment.ts";
import { handOver } from "../oci/hand-over.ts";
import type { Project } from "../project.ts";
import type { Interruption } from "../run/interruption.ts";
import { secretsPlace } from "../secrets/place.ts";
import { guardOf } from "../secrets/made-before.ts";
import { statePassphrase } from "../secrets/secrets.ts";
import type { Lab } from "../synth/assembly.ts";
import { findBinary } from "../terraform/binary.ts";
import type { StateReader } from "./reader.ts";
import { backupsOf } from "./backups.ts";
import { readOnly, toolRunner } from "./run-tool.ts";
import type { StateTool } from "./folder.ts";
import { openStore } from "./store.ts";

interface Opened {
  readonly project: Project;
  readonly lab: Pick<Lab, "encryptedState" | "signIn"> | null;
  /** What asks a tool that writes a state to end. @default - no state is written */
  readonly interruption?: Interruption;
  readonly say: (line: string) => void;
  /** @default - looked for when it is needed */
  readonly tool?: StateTool;
}

/** Opens the states of a lab. Nothing is read or started yet. */
export function openStates({ project, lab, interruption, say, tool }: Opened): StateReader {
  const encryptedState = lab?.encryptedState ?? false;
  // Once: two that make a passphrase would make two.
  let found: Promise<StateTool> | undefined;
  let phrase: Promise<string | null> | undefined;
  const make = encryptedState && interruption !== undefined;
  const find = async (): Promise<StateTool> => {
    const base = tool?.env ?? toolEnvironment(project, {}, say);
    const signIn = project.sandbox ? undefined : lab?.signIn;
    const env = signIn === undefined ? base : handOver(base, signIn, project.data);
    return { binary: tool?.binary ?? (await findBinary(env)), env };
  };
  return {
    encryptedState,
    states: openStore({
      run: project.run,
      backups: (stack) => backupsOf(project.data, stack).map(({ file }) => file),
      tool: () => (found ??= find()),
      passphrase: () => (phrase ??= statePassphrase(secretsPlace(project), make ? guardOf(project) : null)),
      runTool: interruption === undefined ? readOnly : toolRunner(project.run, interruption),
    }),
  };
}
