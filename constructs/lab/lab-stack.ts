import {
  type TerraformBackend,
  type TerraformElement,
  TerraformOutput,
  type TerraformOutputConfig,
  TerraformStack,
} from "cdktf";
import { type Construct, Node } from "constructs";
import type { Topology } from "../../topology/types.ts";
import { keepState } from "./backend.ts";
import { LabError } from "./error.ts";

/** What every stack of a lab is made from. */
export interface LabStackProps<Plan extends Topology = Topology> {
  readonly topology: Plan;
  /** LAB_HOME, absolute: local states are kept below it, whatever the output folder is. */
  readonly home: string;
  /**
   * Deploys into the embedded sandbox: state is kept apart and no real account is named.
   * @default false
   */
  readonly sandbox?: boolean;
}

/** An id of a stack is its name in commands, and that of its state file. */
const STACK_NAME = /^[a-z][a-z0-9-]{0,62}$/;

/**
 * A stack with an explicit backend and with Terraform addresses that people can read (`oci_core_instance.host_pve-1`).
 *
 * @example
 * class MyStack extends LabStack {
 *   constructor(scope: Construct, id: string, props: LabStackProps) {
 *     super(scope, id, props);
 *     this.publish({ greeting: { value: "hello" } });
 *   }
 * }
 * new MyStack(lab.app, "greeting", lab);
 */
export abstract class LabStack<Plan extends Topology = Topology> extends TerraformStack {
  readonly topology: Plan;
  /** Whether it is deployed into the embedded sandbox. */
  readonly sandbox: boolean;
  /** Where its state is kept. */
  readonly backend: TerraformBackend;
  readonly #taken = new Map<string, string>();

  constructor(scope: Construct, id: string, props: LabStackProps<Plan>) {
    super(scope, id);
    if (!STACK_NAME.test(id)) {
      const allowed = "lower-case letters, digits and hyphens, at most 63, starting with a letter";
      throw new LabError(this, { at: "name of the stack", got: JSON.stringify(id), allowed });
    }
    this.topology = props.topology;
    this.sandbox = props.sandbox ?? false;
    this.backend = keepState(this, id, props.topology.config, { home: props.home, sandbox: this.sandbox });
  }

  /** Has Terraform print values after a deploy, by name. What other stacks read, cdktf exports by itself. */
  protected publish(outputs: Readonly<Record<string, TerraformOutputConfig>>): void {
    for (const [name, config] of Object.entries(outputs)) new TerraformOutput(this, name, config);
  }

  /**
   * The path of a construct without upstream's hash. An id is part of the state: renaming one recreates its resource.
   * @throws LabError when two paths come out the same
   */
  protected override allocateLogicalId(element: TerraformElement | Node): string {
    const node = element instanceof Node ? element : element.node;
    const path = node.scopes.slice(node.scopes.indexOf(this) + 1).map((scope) => scope.node.id);
    const id = path.join("_").replaceAll(/[^\w-]/g, "-");
    // Outputs, resources and variables have names of their own kind.
    const key = `${element.constructor.name} ${id}`;
    const owner = this.#taken.get(key) ?? node.path;
    if (owner !== node.path) {
      const got = `the id ${JSON.stringify(node.id)}`;
      throw new LabError(node.scopes.at(-1) ?? this, { got, allowed: `another one: ${owner} becomes ${id} too` });
    }
    this.#taken.set(key, node.path);
    return id;
  }
}
