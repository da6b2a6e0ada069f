/** The stack that makes the hosts, and those that talk to what runs on them. */
import type { Assembly, StackInfo } from "../synth/assembly.ts";
import { upstreamOf } from "../synth/graph.ts";

export const HOSTS_STACK = "oci";

/** Whether a stack's providers talk to what runs on the hosts. */
export function goesThroughHosts(stack: StackInfo, { stacks, lab }: Pick<Assembly, "stacks" | "lab">): boolean {
  if (lab?.direct.includes(stack.name) ?? false) return false;
  return stack.name !== HOSTS_STACK && upstreamOf(stack, stacks).some(({ name }) => name === HOSTS_STACK);
}
