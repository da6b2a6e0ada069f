/** Puts a lab together: three stacks that read each other's outputs. */
import { LabApp } from "./constructs/lab/lab-app.ts";
import type { Images } from "./images/index.ts";
import { OciStack } from "./stacks/oci-stack.ts";
import { ProxmoxClusterStack } from "./stacks/proxmox-cluster-stack.ts";
import { TalosStack } from "./stacks/talos-stack.ts";
import type { Topology } from "./topology/types.ts";

export interface LabProps {
  readonly topology: Topology;
  readonly images: Images;
  /** LAB_HOME, absolute: local states are kept below it. */
  readonly home: string;
  /** Where to synthesize to. */
  readonly outdir: string;
  /** @default false */
  readonly sandbox?: boolean;
}

/**
 * Builds the app of one lab; nothing is written until its `synth()`.
 *
 * @example
 * buildLab({ topology: planTopology(config), images: await ensureImages(), home: "/srv/lab", outdir: "cdktf.out" }).synth();
 */
export function buildLab({ topology, images, home, outdir, sandbox = false }: LabProps): LabApp {
  const app = new LabApp({ topology, images, outdir, sandbox });
  const lab = { topology, home, sandbox };
  const { outputs: oci } = new OciStack(app, "oci", { ...lab, imageObject: images.proxmox.objectName });
  const { outputs: proxmox } = new ProxmoxClusterStack(app, "proxmox", { ...lab, oci });
  new TalosStack(app, "talos", { ...lab, oci, proxmox });
  return app;
}
