/** Tells apart what is called the same by what it is part of: rules of the same words, in two security groups. */
import type { InventoryItem } from "../../sandbox/client.ts";

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
