/** States that are not in files here: whether they can be reached, and whether they are where the config says. */
import type { Topology } from "../../topology/types.ts";
import type { Project } from "../project.ts";
import { placesOf, statesOf } from "../state/built.ts";
import { samePlace, toldPlace } from "../state/place.ts";
import { isDeployed } from "../terraform/state.ts";
import { built } from "../synth/config.ts";
import { fail, failure, type Finding, ok } from "./finding.ts";

/** Three states by way of a tool, which starts, reaches its backend, and reads. */
export const REMOTE_MS = 15_000;

export async function remoteStates(topology: Topology, project: Project): Promise<readonly Finding[]> {
  if (project.sandbox) return [];
  const name = "state backend";
  const { state } = topology.config;
  const { app } = await built(topology, project);
  const elsewhere = placesOf(app, project).filter(({ at, configured }) => !samePlace(at, configured));
  if (elsewhere.length > 0) {
    const found = elsewhere.map(({ stack, at }) => `${stack} is in ${toldPlace(at)}`).join("; ");
    return [fail(name, `the config says elsewhere: ${found}`, "move them: npx lab state migrate")];
  }
  if (state.backend === "local") return [];
  try {
    const states = [...(await statesOf(app, project))];
    const deployed = states.flatMap(([stack, held]) => (isDeployed(held) ? [stack] : []));
    const what = deployed.length === 0 ? "nothing is deployed" : `deployed: ${deployed.join(", ")}`;
    return [ok(name, `${state.backend}, bucket ${state.bucket} answers; ${what}`)];
  } catch (error) {
    return [failure(name, error, "docs/state.md says what a backend needs")];
  }
}
