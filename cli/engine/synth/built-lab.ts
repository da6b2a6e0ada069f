/** The lab of a project's config, built without being written: for commands that look at it. */
import { join } from "node:path";
import type { LabApp } from "../../../constructs/lab/lab-app.ts";
import { ensureImages, type Images } from "../../../images/index.ts";
import { buildLab } from "../../../lab.ts";
import type { Topology } from "../../../topology/types.ts";
import type { Project } from "./project.ts";

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
