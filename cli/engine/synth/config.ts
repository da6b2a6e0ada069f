/** The lab of a project's config: planned, and built without being written. */
import { join } from "node:path";
import { readEnvironment } from "../../../config/environment.ts";
import { loadConfig } from "../../../config/load.ts";
import type { LabApp } from "../../../constructs/lab/lab-app.ts";
import { ensureImages, type Images } from "../../../images/index.ts";
import { buildLab } from "../../../lab.ts";
import { planTopology } from "../../../topology/plan.ts";
import type { Topology } from "../../../topology/types.ts";
import { fail, type Finding, firstLine } from "../../ui/findings.ts";
import type { Project } from "./project.ts";

/** The plan of the lab, or what is wrong with its config. */
export async function readTopology(project: Project): Promise<Topology | Finding> {
  try {
    return planTopology(await loadConfig(project.config ?? readEnvironment().configFile));
  } catch (error) {
    return fail("config", firstLine(error), "correct it; docs/config.md has every field");
  }
}

/** The lab as it would be synthesized; nothing of it is written. */
export async function built(
  topology: Topology,
  project: Project,
): Promise<{ readonly app: LabApp; readonly images: Images }> {
  process.env["CDKTN_DISABLE_CREATION_STACK"] ??= "1";
  const images = await ensureImages({
    proxmoxVersion: topology.config.versions.proxmox,
    artifacts: join(project.home, "artifacts"),
  });
  return {
    app: buildLab({ topology, images, home: project.home, outdir: project.output, sandbox: project.sandbox }),
    images,
  };
}
