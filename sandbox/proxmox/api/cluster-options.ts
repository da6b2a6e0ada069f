/** `datacenter.cfg`: written as it is said, and told in the parts of its property strings (pve-cluster, DataCenterConfig.pm). */
import { assertWritable, type Pve } from "../model/context.ts";
import { properties } from "../model/properties.ts";
import { listOf } from "./formats.ts";
import type { Data, Parameters } from "./http.ts";
import { type Properties, schemaOf } from "./schema.ts";

/** `bwlimit` is told as it was said. */
const IN_PARTS: readonly string[] = [
  "crs",
  "ha",
  "migration",
  "next-id",
  "notify",
  "replication",
  "tag-style",
  "u2f",
  "user-tag-access",
  "webauthn",
];
const TAGS: readonly string[] = ["registered-tags", "user-allow-list"];
const DEFAULTS: Readonly<Record<string, string>> = { mac_prefix: "BC:24:11" };

const FLAGS: readonly string[] = ["enabled", "keep-all"];
const YES: readonly string[] = ["1", "on", "yes", "true"];

/** A value as PVE's parser leaves it: numbers stay text. @param inParts the property strings that are told in their parts */
export function told(name: string, text: string, schema: Properties, inParts = IN_PARTS): Data {
  const { type, format } = schema[name] ?? {};
  if (TAGS.includes(name)) return text.split(";");
  if (type === "boolean") return YES.includes(text) ? 1 : 0;
  if (!inParts.includes(name)) return text;
  if (typeof format !== "object") {
    // Of a format that the schema has by name alone.
    const parts = [...properties(text, "enabled")];
    return Object.fromEntries(parts.map(([key, value]) => [key, FLAGS.includes(key) ? Number(value) : value]));
  }
  const unnamed = Object.entries(format).find(([, part]) => part.default_key === 1)?.[0] ?? "";
  return Object.fromEntries([...properties(text, unnamed)].map(([key, value]) => [key, told(key, value, format, [])]));
}

/** What `datacenter.cfg` says. */
export function options({ datacenter }: Pve): Data {
  const schema = schemaOf("PUT cluster/options").parameters ?? {};
  const { description = "", ...said } = { ...DEFAULTS, ...datacenter.options };
  const all = Object.entries(said).map(([name, text]) => [name, told(name, text, schema)] as const);
  // Kept as comment lines, each of which ends.
  return { ...Object.fromEntries(all), description: description === "" ? "" : `${description.trimEnd()}\n` };
}

/** Sets some options, and takes those away that `delete` names. */
export function setOptions(pve: Pve, parameters: Parameters): void {
  assertWritable(pve);
  const { delete: cleared, ...set } = parameters;
  const kept = Object.entries(pve.datacenter.options ?? {}).filter(([name]) => !listOf(cleared).includes(name));
  pve.datacenter.options = { ...Object.fromEntries(kept), ...set };
  pve.world.changed();
}
