import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { App, Aspects } from "cdktf";
import { type SignIn, signInOf } from "../../config/sign-in.ts";
import type { Images } from "../../images/index.ts";
import { formatVerdict } from "../../topology/format-verdict.ts";
import type { Verdict } from "../../topology/free-tier.ts";
import type { Topology } from "../../topology/types.ts";
import { guardFreeTier } from "../free-tier/guard.ts";
import { LabStack } from "./lab-stack.ts";
import { FreeformTags } from "./tags.ts";

export interface LabAppProps {
  readonly topology: Topology;
  readonly images: Images;
  readonly outdir: string;
  readonly sandbox: boolean;
}

/** The app: puts tags on every resource, proves that the lab is free, and leaves `lab.json` for the tools. */
export class LabApp extends App {
  readonly #props: LabAppProps;

  constructor(props: LabAppProps) {
    mkdirSync(props.outdir, { recursive: true });
    super({ outdir: props.outdir });
    this.#props = props;
  }

  get stacks(): LabStack[] {
    return this.node.children.filter((child) => child instanceof LabStack);
  }

  /** How the lab signs in to Oracle Cloud. */
  get signIn(): SignIn {
    return signInOf(this.#props.topology.config.oci);
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
   * @throws FreeTierError when it would cost something and `allowPaid` is not set; nothing is written then
   */
  override synth(): Verdict {
    const { topology, images, sandbox } = this.#props;
    const { config } = topology;
    for (const stack of this.stacks) Aspects.of(stack).add(new FreeformTags(config.name, config.tags));
    const freeTier = guardFreeTier(this.stacks, images, config.allowPaid);
    super.synth();
    const lab = {
      version: 1,
      lab: config.name,
      sandbox,
      account: config.allowPaid ? "pay-as-you-go" : "always-free",
      homeRegion: config.oci.homeRegion,
      signIn: this.signIn,
      // Not in a backend's block: the tool is told by its environment.
      encryptedState: this.encryptedState,
      // Everything that has an SSH host key.
      hosts: [...topology.hosts, ...(topology.micro ? [topology.micro] : [])].map(({ name, address }) => ({
        name,
        address,
      })),
      tunnels: topology.tunnels,
      // Where the sandbox has its admin come from.
      adminCidrs: config.access.adminCidrs,
      versions: config.versions,
      freeTier: { ...freeTier, table: formatVerdict(freeTier) },
      images,
    };
    writeFileSync(join(this.outdir, "lab.json"), `${JSON.stringify(lab, null, 2)}\n`);
    return freeTier;
  }
}
