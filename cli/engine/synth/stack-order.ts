/** Chooses stacks, and orders them by their dependencies. */
import { nearest } from "../../../config/nearest.ts";
import { CliError } from "../../ui/errors.ts";
import type { Assembly, StackInfo } from "./assembly.ts";

/** The stack that makes the hosts. */
export const HOSTS_STACK = "oci";

/** The stacks by dependency: what is read comes before what reads it, whatever the order it was given in. */
export function inOrder(stacks: readonly StackInfo[]): readonly StackInfo[] {
  const byName = new Map(stacks.map((stack) => [stack.name, stack]));
  const done = new Set<StackInfo>();
  const visit = (stack: StackInfo, path: readonly string[]): void => {
    if (done.has(stack)) return;
    if (path.includes(stack.name))
      throw new CliError(`stacks depend on each other in a circle: ${[...path, stack.name].join(" → ")}`);
    for (const name of stack.dependencies) {
      const upstream = byName.get(name);
      if (upstream !== undefined) visit(upstream, [...path, stack.name]);
    }
    done.add(stack);
  };
  for (const stack of stacks) visit(stack, []);
  return [...done];
}

/** A pattern as upstream takes it: `*` stands for anything. */
function matcher(pattern: string): (name: string) => boolean {
  if (!pattern.includes("*")) return (name) => name === pattern;
  const parts = pattern.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"));
  const expression = new RegExp(`^${parts.join(".*")}$`);
  return (name) => expression.test(name);
}

/** The named stacks in dependency order; all of them when none is named. An unknown name is an error. */
export function select(all: readonly StackInfo[], names: readonly string[]): readonly StackInfo[] {
  const known = all.map(({ name }) => name);
  if (all.length === 0) throw new CliError("the app has no stack");
  const wanted = new Set<string>();
  for (const name of names) {
    const matches = known.filter(matcher(name));
    if (matches.length === 0 && name === HOSTS_STACK && known.includes("proxmox"))
      throw new CliError(
        `this lab has no stack oci: its Proxmox VE hosts are your own (proxmox.hosts "existing"). The app has: ${known.join(", ")}`,
      );
    if (matches.length === 0 && name === "proxmox" && known.includes(HOSTS_STACK))
      throw new CliError(
        `this lab has no stack proxmox: its Talos runs on the instances themselves (kubernetes.placement "oci"). The app has: ${known.join(", ")}`,
      );
    if (matches.length === 0) {
      const near = nearest(name, known);
      throw new CliError(
        `no stack is called "${name}"${near === undefined ? "." : `; did you mean ${near}?`} The app has: ${inOrder(all)
          .map((stack) => stack.name)
          .join(", ")}`,
      );
    }
    for (const match of matches) wanted.add(match);
  }
  return inOrder(all).filter(({ name }) => names.length === 0 || wanted.has(name));
}

/** Every stack that `stack` reads from, near and far. */
export function upstreamOf(stack: StackInfo, all: readonly StackInfo[]): readonly StackInfo[] {
  const found = new Set<StackInfo>();
  const visit = (current: StackInfo): void => {
    for (const upstream of all.filter(({ name }) => current.dependencies.includes(name))) {
      if (found.has(upstream)) continue;
      found.add(upstream);
      visit(upstream);
    }
  };
  visit(stack);
  return [...found];
}

/** Every stack that reads from `stack` directly. */
export function downstreamOf(stack: StackInfo, all: readonly StackInfo[]): readonly StackInfo[] {
  return all.filter(({ dependencies }) => dependencies.includes(stack.name));
}

/** Whether a stack's providers talk to what runs on the hosts: those that the lab makes, or others. */
export function goesThroughHosts(stack: StackInfo, { stacks, lab }: Pick<Assembly, "stacks" | "lab">): boolean {
  if (lab?.direct.includes(stack.name) ?? false) return false;
  if (lab?.existing !== undefined) return true;
  return stack.name !== HOSTS_STACK && upstreamOf(stack, stacks).some(({ name }) => name === HOSTS_STACK);
}
