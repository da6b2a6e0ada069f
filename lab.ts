/** Puts a lab together: stacks that read each other's outputs, and what the config adds to them. */
import { LabApp } from "./constructs/lab/lab-app.ts";
import type { LabStackProps } from "./constructs/lab/lab-stack.ts";
import { extended } from "./constructs/lab/extension.ts";
import type { Images } from "./images/index.ts";
import { DirectOciStack, type DirectOciTransforms } from "./stacks/direct-oci-stack.ts";
import { OciStack, type OciTransforms } from "./stacks/oci-stack.ts";
import { ExistingProxmoxStack, type ExistingProxmoxTransforms } from "./stacks/existing-proxmox-stack.ts";
import { ProxmoxClusterStack, type ProxmoxTransforms } from "./stacks/proxmox-cluster-stack.ts";
import { TalosStack, type TalosTransforms } from "./stacks/talos-stack.ts";
import type { DirectTopology, ExistingTopology, ProxmoxTopology, Topology } from "./topology/types.ts";

/** What a lab is built from. */
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

/** The `transform` of a config: other arguments for resources of the lab. */
export interface LabTransforms {
  /** @default - the lab's own arguments */
  readonly oci?: OciTransforms;
  /** @default - the lab's own arguments */
  readonly proxmox?: ProxmoxTransforms;
  /** @default - the lab's own arguments */
  readonly talos?: TalosTransforms;
}

/** The same of a lab whose Talos runs on the instances themselves. */
export interface DirectLabTransforms {
  /** @default - the lab's own arguments */
  readonly oci?: DirectOciTransforms;
  /** @default - the lab's own arguments */
  readonly talos?: TalosTransforms;
}

/** The same of a lab on Proxmox VE that was there before. */
export interface HomeLabTransforms {
  /** @default - the lab's own arguments */
  readonly proxmox?: ExistingProxmoxTransforms;
  /** @default - the lab's own arguments */
  readonly talos?: TalosTransforms;
}

/** What `extend` of a config gets: the lab as it is built, and all that a `LabStack` of one's own is made from. */
export interface Lab extends Required<LabStackProps<ProxmoxTopology>> {
  /** Scope of every stack. */
  readonly app: LabApp;
  readonly oci: OciStack;
  readonly proxmox: ProxmoxClusterStack;
  readonly talos: TalosStack;
}

/** What it gets with kubernetes.placement "oci". */
export interface DirectLab extends Required<LabStackProps<DirectTopology>> {
  /** Scope of every stack. */
  readonly app: LabApp;
  readonly oci: DirectOciStack;
  readonly talos: TalosStack;
}

/** What it gets with proxmox.hosts "existing". */
export interface HomeLab extends Required<LabStackProps<ExistingTopology>> {
  /** Scope of every stack. */
  readonly app: LabApp;
  readonly proxmox: ExistingProxmoxStack;
  readonly talos: TalosStack;
}

/** The constructs look at each name and value that they take. */
function isTransforms(value: unknown): value is LabTransforms & DirectLabTransforms & HomeLabTransforms {
  return value !== undefined;
}

type Parts = Required<Pick<LabProps, "images" | "home" | "sandbox">> & { readonly app: LabApp };

function buildOnProxmox(topology: ProxmoxTopology, { app, images, home, sandbox }: Parts): void {
  const { config } = topology;
  const transform: LabTransforms = isTransforms(config.transform) ? config.transform : {};
  const common = { topology, home, sandbox };
  const imageObject = images.proxmox.objectName;
  const oci = new OciStack(app, "oci", { ...common, imageObject, transform: transform.oci });
  const before = { ...common, oci: oci.outputs };
  const proxmox = new ProxmoxClusterStack(app, "proxmox", { ...before, transform: transform.proxmox });
  const talos = new TalosStack(app, "talos", { ...common, on: proxmox.outputs, transform: transform.talos });
  extended<Lab>(config, { ...common, app, oci, proxmox, talos });
}

function buildDirect(topology: DirectTopology, { app, home, sandbox }: Parts): void {
  const { config } = topology;
  const transform: DirectLabTransforms = isTransforms(config.transform) ? config.transform : {};
  const common = { topology, home, sandbox };
  const oci = new DirectOciStack(app, "oci", { ...common, transform: transform.oci });
  const talos = new TalosStack(app, "talos", { ...common, on: oci.outputs, transform: transform.talos });
  extended<DirectLab>(config, { ...common, app, oci, talos });
}

function buildAtHome(topology: ExistingTopology, { app, home, sandbox }: Parts): void {
  const { config } = topology;
  const transform: HomeLabTransforms = isTransforms(config.transform) ? config.transform : {};
  const common = { topology, home, sandbox };
  const proxmox = new ExistingProxmoxStack(app, "proxmox", { ...common, transform: transform.proxmox });
  const talos = new TalosStack(app, "talos", { ...common, on: proxmox.outputs, transform: transform.talos });
  extended<HomeLab>(config, { ...common, app, proxmox, talos });
}

/**
 * Builds the app of one lab; nothing is written until its `synth()`.
 *
 * @throws LabError for a transform that is none; Error with a line for what `extend` of the config throws
 * @example
 * buildLab({ topology: planTopology(config), images: await ensureImages(), home: "/srv/lab", outdir: "cdktf.out" }).synth();
 */
export function buildLab({ topology, images, home, outdir, sandbox = false }: LabProps): LabApp {
  const app = new LabApp({ topology, images, outdir, sandbox });
  const parts = { app, images, home, sandbox };
  if (topology.placement === "existing") buildAtHome(topology, parts);
  else if (topology.placement === "oci") buildDirect(topology, parts);
  else buildOnProxmox(topology, parts);
  return app;
}
