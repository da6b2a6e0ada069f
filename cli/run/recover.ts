/** Objects that the state has lost: finds out what they are called, says so, and has them imported. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { InventoryItem } from "../../sandbox/client.ts";
import type { Stack } from "../terraform/stack.ts";
import type { StateResource } from "../terraform/state.ts";
import type { LostObject } from "./lost.ts";

export type Verdict =
  | { readonly kind: "import"; readonly id: string }
  /** It was not made, or is gone: it can be created. */
  | { readonly kind: "absent" }
  /** It may be one of these; with none, nobody here can tell whether it exists. */
  | { readonly kind: "undecided"; readonly candidates: readonly InventoryItem[] };

export interface Finding {
  readonly object: LostObject;
  readonly verdict: Verdict;
}

export interface Import {
  readonly address: string;
  readonly id: string;
  /** The state holds an older object at this address, which has to go first. */
  readonly replaces: boolean;
}

/** Import ids are ids, or paths that end in them: `pve-1/101`, `networkSecurityGroups/…/securityRules/1A2B`. */
function isCalled(item: InventoryItem, id: string): boolean {
  return item.id === id || item.id.endsWith(`/${id}`);
}

function isHeld(item: InventoryItem, held: readonly StateResource[]): boolean {
  return held.some(({ type, id, attributes }) => {
    if (type !== item.type) return false;
    return (id !== null && isCalled(item, id)) || Object.values(attributes).includes(item.id);
  });
}

/** Whether the stack's configuration of the object has this name in it. */
function isNamed({ resources }: Stack, { address, type }: LostObject, name: string): boolean {
  const label = address.slice(address.lastIndexOf(`${type}.`) + type.length + 1).replace(/\[.*\]$/, "");
  return Object.values(resources[type]?.[label] ?? {}).includes(name);
}

/** The user's word on an object: its id, or `none`. */
function decided(id: string): Verdict {
  return id === "none" ? { kind: "absent" } : { kind: "import", id };
}

/**
 * What is known about each lost object.
 *
 * @param decisions ids by address, from `--recover-id`
 * @param world all that exists in the sandbox; null for a real lab, whose providers know it but do not tell
 * @param held what the states of all stacks hold
 */
export function judge(
  lost: readonly LostObject[],
  stack: Stack,
  decisions: ReadonlyMap<string, string>,
  world: readonly InventoryItem[] | null,
  held: readonly StateResource[],
): readonly Finding[] {
  const claimed = new Set<InventoryItem>();
  const made = (id: string, type: string): Verdict => {
    if (world === null) return { kind: "import", id };
    const ofType = world.filter((item) => item.type === type);
    const found = ofType.find((item) => item.id === id) ?? ofType.find((item) => isCalled(item, id));
    if (found === undefined) return { kind: "absent" };
    claimed.add(found);
    return { kind: "import", id: found.id };
  };
  const unsure = (object: LostObject): Verdict => {
    if (world === null) return { kind: "undecided", candidates: [] };
    const free = world.filter((item) => item.type === object.type && !claimed.has(item) && !isHeld(item, held));
    const named = free.filter(({ name }) => name !== "" && isNamed(stack, object, name));
    const alone = lost.filter(({ type, id }) => type === object.type && id === null).length === 1;
    const [only] = named.length > 0 || !alone ? named : free;
    if (free.length === 0) return { kind: "absent" };
    const sure = only !== undefined && (named.length === 1 || (alone && free.length === 1));
    if (!sure) return { kind: "undecided", candidates: named.length > 0 ? named : free };
    claimed.add(only);
    return { kind: "import", id: only.id };
  };
  // Those with an id first: what they claim is no candidate for the others.
  const known = lost.filter(({ id }) => id !== null).map((object) => object.address);
  const ordered = [...lost].sort((a, b) => Number(known.includes(b.address)) - Number(known.includes(a.address)));
  return ordered.map((object) => {
    const decision = decisions.get(object.address);
    if (decision !== undefined) return { object, verdict: decided(decision) };
    return { object, verdict: object.id === null ? unsure(object) : made(object.id, object.type) };
  });
}

/** For a shell: as it is where that is safe, else in single quotes. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Lines that name each lost object, and how to get it back. */
export function describe(stack: string, findings: readonly Finding[]): readonly string[] {
  return findings.flatMap(({ object, verdict }) => {
    const { address, id } = object;
    const what = `  ${address}${id === null ? " (cut off while it was being made)" : ""}`;
    const option = (value: string): string => `--recover-id ${quoted(`${address}=${value}`)}`;
    switch (verdict.kind) {
      case "import":
        return [what, `      --recover imports ${verdict.id}`];
      case "absent":
        return [what, "      does not exist: it will be created"];
      case "undecided":
        if (verdict.candidates.length === 0) {
          return [
            what,
            `      may exist: look in the provider's console, then npx cdktf deploy ${stack} ${option("ID")}, or ${option("none")}`,
          ];
        }
        return [
          what,
          "      may be one of these, which no state knows:",
          ...verdict.candidates.map(
            ({ id: candidate, name }) => `        ${option(candidate)}${name === "" ? "" : `   (${name})`}`,
          ),
          `        ${option("none")}   (none of them)`,
        ];
    }
  });
}

const FILE = "recover.tf.json";

/** Has the next plan import these, so that a review of it shows them. */
export function writeImports(stack: Stack, imports: readonly Import[]): void {
  const blocks = imports.map(({ address, id }) => ({ to: address, id }));
  writeFileSync(join(stack.folder, FILE), `${JSON.stringify({ import: blocks }, undefined, 2)}\n`);
}

/** Takes the imports out again; also those that a killed run left. */
export function removeImports(stack: Stack): void {
  rmSync(join(stack.folder, FILE), { force: true });
}
