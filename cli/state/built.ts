/** The states of a lab that was built and not synthesized: for commands that look at the config and write nothing. */
import { join } from "node:path";
import { z } from "zod";
import type { LabApp } from "../../constructs/lab/lab-app.ts";
import type { LabStack } from "../../constructs/lab/lab-stack.ts";
import type { Project } from "../project.ts";
import type { Backend } from "../terraform/stack.ts";
import { type State, stateOf } from "../terraform/state.ts";
import { openStates } from "./open.ts";

const synthesized = z.object({
  terraform: z.object({ backend: z.record(z.string(), z.record(z.string(), z.unknown())) }),
});

function backendOf(stack: LabStack): Backend {
  const { backend } = synthesized.parse(stack.backend.toTerraform()).terraform;
  const [kind = "local", config = {}] = Object.entries(backend)[0] ?? [];
  return { kind, config };
}

/** The state of each stack, by its name. */
export async function statesOf(app: LabApp, project: Project): Promise<ReadonlyMap<string, State>> {
  const reader = openStates({ project, lab: app, say: (line) => console.error(line) });
  const entries = app.stacks.map(async (stack) => {
    const { id: name } = stack.node;
    const backend = backendOf(stack);
    // Relative to where it would be synthesized.
    const stateFile = backend.kind === "local" ? join(project.data, "state", `${name}.tfstate`) : null;
    return [name, await stateOf(reader, { name, backend, stateFile })] as const;
  });
  return new Map(await Promise.all(entries));
}
