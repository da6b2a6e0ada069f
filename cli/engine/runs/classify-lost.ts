/** Finds out what has become of objects that the state has lost. */
import type { InventoryItem } from "../../../sandbox/client.ts";
import { CLUSTER_KEYS, type LostObject } from "../state/lost-objects.ts";
import type { StateResource } from "../state/state.ts";
import type { Stack } from "../terraform/stack.ts";

export type Verdict =
  | { readonly kind: "import"; readonly id: string }
  /** It was not made, or is gone: it can be created. */
  | { readonly kind: "absent" }
  /** It is not there, and may still come to be: the call that makes it is under way. */
  | { readonly kind: "pending" }
  /** It cannot be had back, and cannot be made again alone. */
  | { readonly kind: "irreplaceable" }
  /** It may be one of these; with none, nobody here can tell whether it exists. */
  | { readonly kind: "undecided"; readonly candidates: readonly InventoryItem[] };

export interface Finding {
  readonly object: LostObject;
  readonly verdict: Verdict;
}

/** Import ids are ids, or paths that end in them: `pve-1/101`, `networkSecurityGroups/…/securityRules/1A2B`. */
function isCalled(item: InventoryItem, id: string): boolean {
  return item.id === id || item.id.endsWith(`/${id}`);
}

/** Whether a state holds an object. */
export function isHeld(item: InventoryItem, held: readonly StateResource[]): boolean {
  return held.some(({ type, id, attributes }) => {
    if (type !== item.type) return false;
    return (id !== null && isCalled(item, id)) || Object.values(attributes).includes(item.id);
  });
}

/** All literal text in a configuration, without what is only known once it is deployed. */
function fragments(config: unknown): readonly string[] {
  if (typeof config === "string") return config.split(/\$\{[^}]*\}/).filter((text) => text.length > 2);
  return typeof config === "object" && config !== null ? Object.values(config).flatMap(fragments) : [];
}

/** The name of a resource in its stack. */
export function labelOf({ address, type }: Pick<LostObject, "address" | "type">): string {
  return address.slice(address.lastIndexOf(`${type}.`) + type.length + 1).replace(/\[.*\]$/, "");
}

/** Text in the configuration of an object that no other object of its type in the stack has. */
function ownFragments({ resources }: Stack, object: LostObject): readonly string[] {
  const siblings = resources[object.type] ?? {};
  const label = labelOf(object);
  const others = Object.entries(siblings).filter(([name]) => name !== label);
  const shared = new Set(others.flatMap(([, config]) => fragments(config)));
  return fragments(siblings[label]).filter((text) => !shared.has(text));
}

/** Those of `items` that are told by the object's own text: by their name, or else by what their id is made of. */
function recognized(items: readonly InventoryItem[], own: readonly string[]): readonly InventoryItem[] {
  const named = items.filter(({ name }) => own.includes(name));
  return named.length > 0 ? named : items.filter(({ id }) => own.some((text) => id.includes(text)));
}

/**
 * What is known about each lost object.
 *
 * @param decisions ids by address, or `none`, from `--recover-id`
 * @param world all that exists in the sandbox; null for a real lab, whose providers know it but do not tell
 * @param held what the states of all stacks hold
 * @param tagged of a real lab, what its account has with the lab's tag: not of every type, and never proof of absence
 */
export function classifyLostObjects(
  lost: readonly LostObject[],
  stack: Stack,
  decisions: ReadonlyMap<string, string>,
  world: readonly InventoryItem[] | null,
  held: readonly StateResource[],
  tagged: readonly InventoryItem[] = [],
): readonly Finding[] {
  const verdicts = new Map<LostObject, Verdict>();
  const claimed = new Set<InventoryItem>();
  const taggedLike = (type: string): readonly InventoryItem[] =>
    tagged.filter((item) => item.type === type && !isHeld(item, held));
  const open = (): readonly LostObject[] => lost.filter((object) => !verdicts.has(object));
  const claim = (object: LostObject, items: readonly InventoryItem[]): boolean => {
    const [only, ...more] = items;
    if (only === undefined || more.length > 0) return false;
    claimed.add(only);
    verdicts.set(object, { kind: "import", id: only.id });
    return true;
  };
  const configOf = (object: LostObject): unknown => stack.resources[object.type]?.[labelOf(object)];
  /** What is known by now to be at an address. */
  const idAt = (address: string): string | null => {
    const object = lost.find((each) => each.address === address);
    if (object === undefined) return held.find((each) => each.address === address)?.id ?? null;
    const verdict = verdicts.get(object);
    return verdict?.kind === "import" ? verdict.id : null;
  };
  const referencesOf = (object: LostObject): readonly Reference[] => referencesIn(configOf(object), idAt);
  /** All that an object may be. */
  const candidates = (object: LostObject): readonly InventoryItem[] => {
    const { type, id } = object;
    const free = (world ?? []).filter((item) => item.type === type && !claimed.has(item) && !isHeld(item, held));
    const called = id === null ? [] : free.filter((item) => isCalled(item, id));
    return notElsewhere(called.length > 0 ? called : free, referencesOf(object), world ?? []);
  };
  /** Whether it is found, by its own text or by what it is part of. */
  const find = (object: LostObject): boolean => {
    const all = candidates(object);
    if (claim(object, recognized(all, ownFragments(stack, object)))) return true;
    const texts = fragments(configOf(object));
    const named = all.filter((item) => texts.includes(item.name) || (object.id !== null && isCalled(item, object.id)));
    return claim(object, partsOf(named, referencesOf(object)));
  };
  /** Whether there is but one of its type, and nothing else that it may be. */
  const findAlone = (object: LostObject): boolean =>
    open().filter(({ type }) => type === object.type).length === 1 && claim(object, candidates(object));

  for (const object of lost) {
    const { address, type, id } = object;
    const decision = decisions.get(address);
    if (decision !== undefined) {
      verdicts.set(object, decision === "none" ? { kind: "absent" } : { kind: "import", id: decision });
    } else if (type === CLUSTER_KEYS) verdicts.set(object, { kind: "irreplaceable" });
    else if (world === null) {
      verdicts.set(object, id === null ? { kind: "undecided", candidates: taggedLike(type) } : { kind: "import", id });
    } else if (id !== null) {
      const ofType = world.filter((item) => item.type === type);
      const same = ofType.filter((item) => item.id === id);
      claim(object, same.length > 0 ? same : ofType.filter((item) => isCalled(item, id)));
    }
  }
  // What is left was cut off before it had an id, or is imported by another one than the provider calls it by. Each that is
  // found leaves fewer candidates for the others, and may be what others are part of.
  while (open().some(find) || open().some(findAlone));
  for (const object of open()) {
    const left = candidates(object);
    verdicts.set(object, left.length === 0 ? { kind: "absent" } : { kind: "undecided", candidates: left });
  }
  return lost.map((object) => ({ object, verdict: verdicts.get(object) ?? { kind: "undecided", candidates: [] } }));
}

// Tells apart what is called the same by what it is part of: rules of the same words, in two security groups.

/** What a configuration names by reference. */
export interface Reference {
  readonly type: string;
  /** Null where it is not known, or does not exist. */
  readonly id: string | null;
}

/**
 * All that a configuration refers to by id, such as the group that a rule is in.
 *
 * @param idAt what is known to be at an address
 */
export function referencesIn(config: unknown, idAt: (address: string) => string | null): readonly Reference[] {
  if (typeof config === "string") {
    return [...config.matchAll(/\$\{((\w+)\.[\w-]+)\.id\}/g)].map(([, address = "", type = ""]) => ({
      type,
      id: idAt(address),
    }));
  }
  if (typeof config !== "object" || config === null) return [];
  return Object.values(config).flatMap((part) => referencesIn(part, idAt));
}

/** The ids of parts are paths: `networkSecurityGroups/<id>/securityRules/1A2B3C`. */
function isPartOf({ id }: InventoryItem, whole: string): boolean {
  return id !== whole && `/${id}/`.includes(`/${whole}/`);
}

/** Those that are parts of what a configuration refers to. */
export function partsOf(items: readonly InventoryItem[], references: readonly Reference[]): readonly InventoryItem[] {
  return items.filter((item) => references.some(({ id }) => id !== null && isPartOf(item, id)));
}

/** Those that are not known to be parts of something else than a configuration refers to. */
export function notElsewhere(
  items: readonly InventoryItem[],
  references: readonly Reference[],
  world: readonly InventoryItem[],
): readonly InventoryItem[] {
  const unknown = new Set(references.flatMap(({ type, id }) => (id === null ? [type] : [])));
  const known = references.filter(({ type }) => !unknown.has(type));
  return items.filter((item) => {
    const wholes = world.filter(({ type, id }) => known.some((each) => each.type === type) && isPartOf(item, id));
    return wholes.length === 0 || partsOf([item], known).length > 0;
  });
}
