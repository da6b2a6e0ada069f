/** Custom kinds, as CustomResourceDefinitions have them. */
import { at, type Fields, fieldsAt, isFields, itemsAt, listAt, textAt, type Value } from "../objects/fields.ts";
import { type Column, age, name, since } from "./cells.ts";
import { EVERY_VERB, type Kind, type Part } from "./kind.ts";

const known = new WeakMap<Fields, readonly Kind[]>();

/** A kind for each version of a definition that is served. */
export function customKinds(definition: Fields): readonly Kind[] {
  const found = known.get(definition) ?? made(fieldsAt(definition, "spec"));
  known.set(definition, found);
  return found;
}

function made(spec: Fields): readonly Kind[] {
  const names = fieldsAt(spec, "names");
  return itemsAt(spec, "versions")
    .filter((version) => version["served"] === true)
    .map((version) => ({
      group: textAt(spec, "group"),
      version: textAt(version, "name"),
      kind: textAt(names, "kind"),
      plural: textAt(names, "plural"),
      short: listAt(names, "shortNames").map(String),
      namespaced: spec["scope"] === "Namespaced",
      description: textAt(version, "schema", "openAPIV3Schema", "description"),
      fields: "",
      type: "CustomResource",
      verbs: EVERY_VERB,
      warning: "",
      parts: partsOf(fieldsAt(version, "subresources")),
      categories: listAt(names, "categories").map(String),
      selectable: itemsAt(version, "selectableFields").map((each) => textAt(each, "jsonPath").slice(1)),
      custom: version,
    }));
}

/** A scale is played where it is at the place that every other kind has it. */
function partsOf(parts: Fields): readonly Part[] {
  const hasScale = textAt(parts, "scale", "specReplicasPath") === ".spec.replicas";
  return [...(isFields(parts["status"]) ? (["status"] as const) : []), ...(hasScale ? (["scale"] as const) : [])];
}

/** The schema of a custom kind. */
export const schemaOf = (custom: Fields): Fields => fieldsAt(custom, "schema", "openAPIV3Schema");

/** The columns that a version asks for, between name and age. */
export function customColumns(custom: Fields): readonly Column[] {
  const columns = itemsAt(custom, "additionalPrinterColumns").map((each): Column => {
    const path = textAt(each, "jsonPath");
    const cell = (object: Fields, now: number): string => {
      const value = valueAt(object, path);
      if (value === undefined || value === null) return "";
      if (each["type"] === "date") return since(String(value), now);
      return typeof value === "object" ? JSON.stringify(value) : String(value);
    };
    return [textAt(each, "name"), cell, Number(each["priority"] ?? 0) > 0 ? 1 : 0];
  });
  return columns.length === 0 ? [name, age] : [name, ...columns];
}

/** What is at a path such as `.status.conditions[?(@.type=="Ready")].status`. */
function valueAt(object: Value, path: string): Value | undefined {
  const steps = path.match(/\.[\w-]+|\['[^']+'\]|\[\d+\]|\[\?\(@\.\w+\s*==\s*["'][^"']*["']\)\]/g) ?? [];
  return steps.reduce<Value | undefined>((here, step) => {
    const [, key, wanted] = /^\[\?\(@\.(\w+)\s*==\s*["']([^"']*)["']\)\]$/.exec(step) ?? [];
    if (key !== undefined) return listAt(here).find((each) => isFields(each) && each[key] === wanted);
    if (/^\[\d+\]$/.test(step)) return listAt(here)[Number(step.slice(1, -1))];
    return at(here, step.startsWith(".") ? step.slice(1) : step.slice(2, -2).replaceAll("\\.", "."));
  }, object);
}
