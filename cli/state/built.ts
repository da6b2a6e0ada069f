/** The states of a lab that was built and not synthesized: for commands that look at the config and write nothing. */
import { join } from "node:path";
import { z } from "zod";
import type { LabApp } from "../../constructs/lab/lab-app.ts";
import type { LabStack } from "../../constructs/lab/lab-stack.ts";
import type { Project } from "../project.ts";
import type { Backend, Stack } from "../terraform/stack.ts";
import { type State, stateOf } from "../terraform/state.ts";
import { openStates } from "./open.ts";
import { type Place, placeOf } from "./place.ts";
import { openWhere, whereaboutsOf } from "./where.ts";

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

/** The state of each stack, by its name. */
export async function statesOf(app: LabApp, project: Project): Promise<ReadonlyMap<string, State>> {
  const reader = openStates({ project, lab: app, say: (line) => console.error(line) });
  const entries = keptStacks(app, project).map(async (stack) => [stack.name, await stateOf(reader, stack)] as const);
  return new Map(await Promise.all(entries));
}

/** Where the config says that each state is, and where it is as far as this LAB_HOME knows. */
export function placesOf(app: LabApp, project: Project): readonly { stack: string; configured: Place; at: Place }[] {
  const where = openWhere(project);
  return keptStacks(app, project).map((stack) => {
    const configured = placeOf(stack, app.encryptedState);
    return { stack: stack.name, configured, at: whereaboutsOf(where, project, stack.name, configured).at };
  });
}
