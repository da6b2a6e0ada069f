/** The config of a project's lab, its plan, and the lab built from it without being written. */
import { join } from "node:path";
import { readEnvironment } from "../../../config/environment.ts";
import { loadConfig } from "../../../config/load.ts";
import type { LabConfig } from "../../../config/schema.ts";
import type { LabApp } from "../../../constructs/lab/lab-app.ts";
import { ensureImages, type Images } from "../../../images/index.ts";
import { buildLab } from "../../../lab.ts";
import { planTopology } from "../../../topology/plan.ts";
import type { Topology } from "../../../topology/types.ts";
import { fail, type Finding, firstLine } from "../../ui/findings.ts";
import type { Project } from "./project.ts";
import { basePortFor } from "./sandbox-ports.ts";

/** What of a project says which config it has. */
type ConfiguredProject = Pick<Project, "config" | "sandbox" | "home" | "data">;

/** The config of a project's lab. @throws Error that names the field, for a config that cannot be used */
export async function configOf(project: ConfiguredProject): Promise<LabConfig> {
  const basePort = await basePortFor(project);
  return loadConfig(project.config ?? readEnvironment().configFile, basePort);
}

/** The plan of the lab, or what is wrong with its config. */
export async function readTopology(project: Project): Promise<Topology | Finding> {
  try {
    return planTopology(await configOf(project));
  } catch (error) {
    return fail("config", firstLine(error), "correct it; docs/config.md has every field");
  }
}

/** The lab as it would be synthesized, and the images that it is built for. */
export interface BuiltLab {
  readonly app: LabApp;
  readonly images: Images;
}

/** Builds the lab of a plan; nothing of it is written. */
export async function built(topology: Topology, project: Project): Promise<BuiltLab> {
  process.env["CDKTN_DISABLE_CREATION_STACK"] ??= "1";
  const { home, output: outdir, sandbox } = project;
  const { proxmox: proxmoxVersion } = topology.config.versions;
  const images = await ensureImages({ proxmoxVersion, artifacts: join(home, "artifacts") });
  return { app: buildLab({ topology, images, home, outdir, sandbox }), images };
}
