import { type TerraformBackend, type TerraformElement, TerraformStack } from "cdktf";
import { type Construct, Node } from "constructs";
import type { Topology } from "../../topology/types.ts";
import { keepState } from "./backend.ts";

/** What every stack of a lab is made from. */
export interface LabStackProps {
  readonly topology: Topology;
  /** LAB_HOME, absolute: local states are kept below it, wherever is synthesized to. */
  readonly home: string;
  /**
   * Deploys into the embedded sandbox: state is kept apart and no real account is named.
   * @default - a real account
   */
  readonly sandbox?: boolean;
}

/** A stack with an explicit backend and with Terraform addresses that people can read (`oci_core_instance.host_pve-1`). */
export abstract class LabStack extends TerraformStack {
  readonly topology: Topology;
  /** Where its state is kept. */
  readonly backend: TerraformBackend;
  readonly #taken = new Map<string, string>();

  constructor(scope: Construct, id: string, props: LabStackProps) {
    super(scope, id);
    this.topology = props.topology;
    this.backend = keepState(this, id, props.topology.config, { home: props.home, sandbox: props.sandbox ?? false });
  }

  /**
   * The path of a construct without upstream's hash. An id is part of the state: renaming one recreates its resource.
   * @throws Error when two paths come out the same.
   */
  protected override allocateLogicalId(element: TerraformElement | Node): string {
    const node = element instanceof Node ? element : element.node;
    const path = node.scopes.slice(node.scopes.indexOf(this) + 1).map((scope) => scope.node.id);
    const id = path.join("_").replaceAll(/[^\w-]/g, "-");
    // Outputs, resources and variables have names of their own kind.
    const key = `${element.constructor.name} ${id}`;
    const owner = this.#taken.get(key) ?? node.path;
    if (owner !== node.path) throw new Error(`constructs ${owner} and ${node.path} both become ${id}: rename one`);
    this.#taken.set(key, node.path);
    return id;
  }
}
