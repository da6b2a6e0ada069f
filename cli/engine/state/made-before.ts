/** Guards against new secrets for a lab that was made with others: they would open no state and no host. */
import { basename, join } from "node:path";
import { CliError } from "../../ui/errors.ts";
import { readIfThere, namesIn } from "../../ui/files.ts";
import { list } from "../../ui/words.ts";
import type { Assembly } from "../synth/assembly.ts";
import type { Project } from "../synth/project.ts";
import { readStack } from "../terraform/stack.ts";
import { isEncrypted } from "./encryption.ts";
import { plainSecretsFile, sopsFile } from "./secrets-file.ts";
import { isDeployed, parseState, stateOf, type StateReader } from "./state.ts";
import { movedTo } from "./text.ts";

/** What has to hold before secrets are made. */
export interface Guard {
  /** @throws CliError where the lab was made with secrets that are not here */
  secrets(): Promise<void>;
  /** @throws CliError where states are encrypted with a passphrase that is not here */
  passphrase(): Promise<void>;
}

/** What a state says of the lab's past. */
export interface Trace {
  readonly stack: string;
  readonly holds: "objects" | "what is encrypted" | "what cannot be read";
}

const SUFFIX = ".tfstate";

/** The states in files here that hold something, or cannot be read without a passphrase. */
export function tracesIn({ data }: Pick<Project, "data">): readonly Trace[] {
  const folder = join(data, "state");
  const files = namesIn(folder).filter((name) => name.endsWith(SUFFIX));
  return files.toSorted().flatMap((name): readonly Trace[] => {
    const text = readIfThere(join(folder, name)) ?? "";
    const stack = basename(name, SUFFIX);
    if (isEncrypted(text)) return [{ stack, holds: "what is encrypted" }];
    try {
      return movedTo(text) === null && isDeployed(parseState(text, name)) ? [{ stack, holds: "objects" }] : [];
    } catch {
      // Damaged: it was somebody's.
      return [{ stack, holds: "what cannot be read" }];
    }
  });
}

function describeTraces(traces: readonly Trace[]): string {
  return list(traces.map(({ stack, holds }) => `the state of ${stack} holds ${holds}`));
}

/** @param elsewhere what there is in states that are in no files here */
export function guardOf(
  project: Pick<Project, "data" | "home">,
  elsewhere: () => Promise<readonly Trace[]> = async () => [],
): Guard {
  const { file } = plainSecretsFile(project.data);
  return {
    async secrets() {
      const here = tracesIn(project);
      const traces = here.length > 0 ? here : await elsewhere();
      if (traces.length === 0) return;
      throw new CliError(
        `${file} is not there, nor is ${basename(sopsFile(project))}, and this lab was made with its secrets: ${describeTraces(traces)}. ` +
          `Bring it back from where you keep its copy, or from git: no others are made beside it. ` +
          `If nothing of the lab is left anywhere, delete its states`,
      );
    },
    async passphrase() {
      const sealed = tracesIn(project).filter(({ holds }) => holds === "what is encrypted");
      if (sealed.length === 0) return;
      throw new CliError(
        `the lab's secrets have no statePassphrase, and ${describeTraces(sealed)}: bring back the secrets that have it, from a copy or from git; no other would open a state`,
      );
    },
  };
}

/**
 * What a lab has in states that are in no files here: it was made with secrets.
 *
 * @throws CliError for a state that cannot be read: nobody knows what is in it
 */
export async function madeElsewhere(
  { stacks }: Assembly,
  project: Project,
  reader: StateReader,
): Promise<readonly Trace[]> {
  const states = stacks
    .map((info) => readStack(info, project))
    .filter(({ stateFile }) => stateFile === null)
    .map(async (stack) => ({ stack: stack.name, state: await stateOf(reader, stack) }));
  const deployed = (await Promise.all(states)).filter(({ state }) => isDeployed(state));
  return deployed.map(({ stack }) => ({ stack, holds: "objects" }));
}
