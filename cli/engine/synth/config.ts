/** The config of a project's lab, and its plan. */
import { readEnvironment } from "../../../config/environment.ts";
import { loadConfig } from "../../../config/load.ts";
import type { LabConfig } from "../../../config/schema.ts";
import { planTopology } from "../../../topology/plan.ts";
import type { Topology } from "../../../topology/types.ts";
import { fail, type Finding, firstLine } from "../../ui/findings.ts";
import type { Project } from "./project.ts";

/** The config of a project's lab. @throws Error that names the field, for a config that cannot be used */
export function configOf({ config }: Pick<Project, "config">): Promise<LabConfig> {
  return loadConfig(config ?? readEnvironment().configFile);
}

/** The plan of the lab, or what is wrong with its config. */
export async function readTopology(project: Project): Promise<Topology | Finding> {
  try {
    return planTopology(await configOf(project));
  } catch (error) {
    return fail("config", firstLine(error), "correct it; docs/config.md has every field");
  }
}
