/** Collects what states, logs and stacks know of objects: ids, and configuration as far as it is known. */
import type { Stack } from "../terraform/stack.ts";
import type { StateResource } from "./state.ts";
import { importIdOf, type Known } from "./import-ids.ts";
import type { LostObject } from "./lost-objects.ts";

/** The name of a resource in its stack. */
export function labelOf({ address, type }: Pick<LostObject, "address" | "type">): string {
  return address.slice(address.lastIndexOf(`${type}.`) + type.length + 1).replace(/\[.*\]$/, "");
}

/** Alone or in the midst of a text: `/pool/${proxmox_virtual_environment_pool.lab.pool_id}`. */
const REFERENCE = /\$\{((\w+)\.([\w-]+))\.(\w+)\}/g;

function asText(value: unknown): string | null {
  return typeof value === "string" || typeof value === "number" ? String(value) : null;
}

interface KnownObjects {
  /** What is known of a lost object. */
  of(object: Pick<LostObject, "address" | "type">): Known;
  /** Addresses that its configuration refers to. */
  referredTo(object: Pick<LostObject, "address" | "type">): readonly string[];
}

/**
 * @param lost is not what the states hold at these addresses
 * @param foundIds ids of lost objects that no log tells, as far as they were found out; may grow
 */
export function knownObjects(
  { resources }: Pick<Stack, "resources">,
  held: readonly StateResource[],
  lost: readonly LostObject[],
  foundIds: ReadonlyMap<string, string>,
): KnownObjects {
  const configAt = (type: string, label: string): Readonly<Record<string, unknown>> => resources[type]?.[label] ?? {};
  const idAt = (address: string): string | null => {
    const object = lost.find((each) => each.address === address);
    return object === undefined ? null : (object.id ?? foundIds.get(address) ?? null);
  };
  const attributeAt = (address: string, type: string, label: string, attribute: string): string | null => {
    const state = held.find((each) => each.address === address);
    if (state !== undefined && !lost.some((each) => each.address === address))
      return asText(state.attributes[attribute]);
    return (attribute === "id" ? idAt(address) : null) ?? resolved(configAt(type, label)[attribute]);
  };
  const resolved = (value: unknown): string | null => {
    const text = asText(value);
    if (text === null) return null;
    let unknown = text.replaceAll(REFERENCE, "").includes("${");
    const known = text.replaceAll(REFERENCE, (_, address: string, type: string, label: string, attribute: string) => {
      const part = attributeAt(address, type, label, attribute);
      unknown ||= part === null;
      return part ?? "";
    });
    return unknown ? null : known;
  };
  return {
    of: (object) => ({
      id: idAt(object.address),
      text: (attribute) => resolved(configAt(object.type, labelOf(object))[attribute]),
    }),
    referredTo(object) {
      const text = JSON.stringify(configAt(object.type, labelOf(object)));
      return [...text.matchAll(/\$\{(\w+\.[\w-]+)\.id\}/g)].map(([, address = ""]) => address);
    },
  };
}

/** By what id what a state holds would be imported. */
export function heldImportId({ type, id, attributes }: StateResource): string | null {
  return importIdOf(type, { id, text: (attribute) => asText(attributes[attribute]) });
}
