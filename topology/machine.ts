/** What the plan of every machine has, wherever it runs. */
import { slotOf } from "../config/fields.ts";
import type { LabConfig, NodeConfig } from "../config/schema.ts";
import { nodePort } from "./ports.ts";
import type { MachinePlan } from "./types.ts";

/** What a machine is, wherever it runs. */
export function planMachine(config: LabConfig, node: NodeConfig, address: string): MachinePlan {
  return {
    name: node.name,
    role: node.role,
    slot: slotOf(node.name),
    address,
    vcpus: node.vcpus,
    memoryMb: node.memoryMb,
    diskGb: node.diskGb,
    talosPort: nodePort(config, node.name, node.role),
    labels: node.labels,
    taints: node.taints,
    volumes: node.volumes,
  };
}
