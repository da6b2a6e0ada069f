import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { App, Aspects, TerraformProvider, TerraformResource, TerraformStack } from "cdktf";
import { hasAccount, type SignIn, signInOf } from "../../config/sign-in.ts";
import type { Images } from "../../images/index.ts";
import { formatVerdict } from "../../topology/format-verdict.ts";
import type { Verdict } from "../../topology/free-tier.ts";
import { talosObjectName } from "../../topology/schematic.ts";
import type { ExistingTopology, Topology } from "../../topology/types.ts";
import { guardFreeTier, type ImportedImage } from "../free-tier/guard.ts";
import { LabError } from "./error.ts";
import { LabStack } from "./lab-stack.ts";
import { FreeformTags } from "./tags.ts";

/** What the app of a lab is made from. */
export interface LabAppProps {
  readonly topology: Topology;
  readonly images: Images;
  readonly outdir: string;
  readonly sandbox: boolean;
}

/** The factory's disk image as an archive has some 100 MB, the disk in it 8 GB of nothing; nobody has measured what Oracle counts. */
const MOST_TALOS_BYTES = 1e9;

/** Whether a stack needs no tunnels: scripts and providers other than Oracle's may use them. */
function usesOracleOnly(stack: LabStack): boolean {
  const parts = stack.node.findAll();
  const providers = parts.filter((each) => each instanceof TerraformProvider);
  const runs = parts.some((each) => each instanceof TerraformResource && (each.provisioners ?? []).length > 0);
  return !runs && providers.length > 0 && providers.every((each) => each.terraformResourceType === "oci");
}

/** What the sandbox has to have before such a lab is deployed to it, and what its runs sign in with. */
function existingOf({ config, hosts }: ExistingTopology): object {
  const { api, storage, imageStorage, network } = config.proxmox;
  const { bridge, cidr, gateway } = network;
  const nodes = hosts.map(({ name, architecture }) => ({ name, architecture }));
  return { nodes, address: api.address, auth: api.auth, storage, imageStorage, bridge, cidr, gateway };
}

/** What of the account is used, for people. Who has added something to it sees so, whatever the rest of the lab is on. */
function tableOf({ placement }: Topology, verdict: Verdict): string {
  if (placement === "existing" && verdict.rows.every(({ used }) => used === 0))
    return "Nothing of it costs anything: it has no account, and its hosts are your own";
  return formatVerdict(verdict);
}

/** The app: tags every resource, proves that the lab is free, and writes `lab.json` for the tools. */
export class LabApp extends App {
  readonly #props: LabAppProps;
  #verdict: Verdict | null = null;

  constructor(props: LabAppProps) {
    mkdirSync(props.outdir, { recursive: true });
    super({ outdir: props.outdir });
    this.#props = props;
    // The last of cdktf's validations: aspects have been applied by then.
    this.node.addValidation({ validate: () => this.#proveFree() });
  }

  get stacks(): LabStack[] {
    return this.node.children.filter((child) => child instanceof LabStack);
  }

  /** How the lab signs in to Oracle Cloud; undefined where it has no account. */
  get signIn(): SignIn | undefined {
    const { config } = this.#props.topology;
    return hasAccount(config) ? signInOf(config.oci) : undefined;
  }

  /** The Talos image that the lab imports itself; null where it needs none. */
  get talosImage(): { readonly objectName: string; readonly version: string } | null {
    const { topology, sandbox } = this.#props;
    if (topology.placement !== "oci") return null;
    const { oci, versions } = topology.config;
    // The sandbox has no image that somebody imported by hand.
    if (oci.talosImageId !== undefined && !sandbox) return null;
    return { objectName: talosObjectName(topology.config), version: versions.talos };
  }

  /** The images that the lab imports. */
  get imported(): readonly ImportedImage[] {
    const { topology, images } = this.#props;
    if (topology.placement === "proxmox") return [images.proxmox];
    return this.talosImage === null ? [] : [{ name: "talos", sizeBytes: MOST_TALOS_BYTES }];
  }

  /** Whether OpenTofu encrypts the states. */
  get encryptedState(): boolean {
    const { topology, sandbox } = this.#props;
    const { state } = topology.config;
    return !sandbox && state.backend !== "oci" && (state.encryption ?? false);
  }

  /**
   * Writes the stacks and `lab.json`.
   *
   * @returns what the lab takes of the Always Free limits
   * @throws FreeTierError when it would cost something and `allowPaid` is not set; nothing is left to deploy then
   * @throws LabError for a stack that is no stack of the lab
   * @throws Error with a line for each thing in the constructs that is refused
   */
  override synth(): Verdict {
    const { config } = this.#props.topology;
    this.#requireLabStacks();
    for (const stack of this.stacks) Aspects.of(stack).add(new FreeformTags(config.name, config.tags));
    const refused = this.node.children.flatMap(({ node }) =>
      node.findAll().flatMap((each) => each.node.validate().map((line) => `${each.node.path}: ${line}`)),
    );
    if (refused.length > 0) throw new Error(refused.join("\n"));
    super.synth();
    const verdict = this.#verdict ?? guardFreeTier(this.stacks, this.imported, config.allowPaid);
    this.#writeLab(verdict);
    return verdict;
  }

  /** Other stacks would keep their state in the output folder, and the sandbox's in the same file. */
  #requireLabStacks(): void {
    const stacks = this.node.findAll().filter((each) => TerraformStack.isStack(each));
    const other = stacks.find((stack) => !(stack instanceof LabStack) || stack.node.scope !== this);
    if (other === undefined) return;
    const got = other instanceof LabStack ? "a stack within another construct" : `a ${other.constructor.name}`;
    throw new LabError(other, { got, allowed: "a LabStack with the app as its scope" });
  }

  /** @returns no line: a bill is more than a mistake in a construct */
  #proveFree(): string[] {
    const { topology, outdir } = this.#props;
    try {
      this.#verdict = guardFreeTier(this.stacks, this.imported, topology.config.allowPaid, (stack): unknown =>
        JSON.parse(readFileSync(join(outdir, this.manifest.forStack(stack).synthesizedStackPath), "utf8")),
      );
    } catch (error) {
      rmSync(join(outdir, "stacks"), { recursive: true, force: true });
      throw error;
    }
    return [];
  }

  #writeLab(freeTier: Verdict): void {
    const { topology, images, sandbox } = this.#props;
    const { config } = topology;
    const lab = {
      version: 1,
      lab: config.name,
      sandbox,
      account: config.allowPaid ? "pay-as-you-go" : "always-free",
      ...(hasAccount(config) && { homeRegion: config.oci.homeRegion, signIn: this.signIn }),
      ...(topology.placement === "existing" && { existing: existingOf(topology) }),
      // Not in a backend's block: the tool reads it from its environment.
      encryptedState: this.encryptedState,
      // Everything that gets an SSH host key.
      hosts: [
        ...(topology.placement === "proxmox" ? topology.hosts : []),
        ...(topology.micro ? [topology.micro] : []),
      ].map(({ name, address }) => ({
        name,
        address,
      })),
      tunnels: topology.tunnels,
      // The sandbox takes the first for the admin's address.
      adminCidrs: config.access.adminCidrs,
      // Stacks that are applied without tunnels.
      direct: this.stacks.filter(usesOracleOnly).map(({ node }) => node.id),
      versions: config.versions,
      freeTier: { ...freeTier, table: tableOf(topology, freeTier) },
      ...(topology.placement === "proxmox" && { images }),
      ...(this.talosImage && { talosImage: this.talosImage }),
    };
    writeFileSync(join(this.outdir, "lab.json"), `${JSON.stringify(lab, null, 2)}\n`);
  }
}
