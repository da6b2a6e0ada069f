/** The text of docs/config.md, from the schema and the presets alone. */
import { z } from "zod";
import { fieldDocs } from "./fields.ts";
import { valueAt } from "./issues.ts";
import { PRESETS } from "./presets.ts";
import { labSchema } from "./schema.ts";
import { RELEASES_AS_OF, TALOS_RELEASES } from "./versions.ts";

type Schema = z.core.$ZodType;
type Path = readonly string[];

/** What the parser fills in from other fields (config/parse.ts). */
const DERIVED: Readonly<Record<string, string>> = {
  preset: "`free`",
  "oci.homeRegion": "`oci.region`",
  "oci.compartment": "`{ create: name }`",
  "access.adminCidrs": "**required**, but on hosts of your own",
  "state.prefix": "`name`",
  "state.region": "`oci.region`",
  "state.encryption": "`false`",
};

function unwrapped(schema: Schema): Schema {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodNullable ? unwrapped(schema.unwrap()) : schema;
}

function typeOf(schema: Schema): string {
  if (schema instanceof z.ZodNullable) return `${typeOf(schema.unwrap())} or null`;
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodObject || inner instanceof z.ZodRecord) return "object";
  if (inner instanceof z.ZodUnion) return [...new Set(inner.options.map(typeOf))].join(" or ");
  // `extend` alone is a function, and at the top.
  if (inner instanceof z.ZodCustom) return inner === unwrapped(labSchema.shape.extend) ? "function" : "object";
  if (inner instanceof z.ZodArray) return `list of ${typeOf(inner.element)}s`;
  if (inner instanceof z.ZodBoolean) return "boolean";
  if (inner instanceof z.ZodEnum) return "text";
  if (inner instanceof z.ZodLiteral) return typeof [...inner.values][0] === "number" ? "whole number" : "text";
  return inner instanceof z.ZodNumber ? "whole number" : "text";
}

/** Whether a preset has it as a whole or not at all. Who has an account or hosts of their own fills in parts of these. */
function isWhole(path: Path, schema: Schema): boolean {
  return schema instanceof z.ZodNullable && !["oci", "proxmox"].includes(path.join("."));
}

function defaultOf(path: Path, schema: Schema): string {
  const derived = DERIVED[path.join(".")];
  if (derived !== undefined) return derived;
  const inner = unwrapped(schema);
  const hasSection = inner instanceof z.ZodObject || inner instanceof z.ZodDiscriminatedUnion;
  if (hasSection && !isWhole(path, schema)) return `[below](#${path.join("").toLowerCase()})`;
  const values = Object.entries(PRESETS)
    .map(([preset, lab]) => [preset, valueAt(lab, path)] as const)
    .filter(([, value]) => value !== undefined);
  const isEmpty = values.every(([, value]) => Array.isArray(value) && value.length === 0);
  if (
    schema instanceof z.ZodNullable ||
    (!isEmpty && inner instanceof z.ZodArray && inner.element instanceof z.ZodObject)
  ) {
    return "[by preset](#presets)";
  }
  if (values.length === 0) {
    return schema instanceof z.ZodOptional ? "none" : "**required**";
  }
  const texts = values.map(([preset, value]) => [preset, `\`${JSON.stringify(value)}\``] as const);
  const [first] = texts;
  if (first !== undefined && texts.every(([, text]) => text === first[1])) return first[1];
  return texts.map(([preset, text]) => `${preset}: ${text}`).join("<br>");
}

/** Padded as prettier pads it. */
function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const escaped = [headings, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = headings.map((_, column) => Math.max(3, ...escaped.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? "").padEnd(width)).join(" | ")} |`;
  const [top = [], ...body] = escaped;
  return [line(top), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body.map(line)].join("\n");
}

interface Section {
  readonly title: string;
  readonly meaning: string;
  readonly path: Path;
  readonly object: z.ZodObject;
  /** Inside a list: a preset's default is the whole list, not one of its fields. */
  readonly item: boolean;
}

/** A derived field is filled in only where it may be left out. */
const ofItem = (path: Path, schema: Schema): string =>
  schema instanceof z.ZodOptional ? (DERIVED[path.join(".")] ?? "none") : "**required**";

function sectionText({ title, meaning, path, object, item }: Section): string {
  const shape: Readonly<Record<string, Schema>> = object.shape;
  const rows = Object.entries(shape).map(([key, schema]) => {
    const doc = fieldDocs.get(unwrapped(schema));
    const standard = item ? ofItem([...path, key], schema) : defaultOf([...path, key], schema);
    return [`\`${key}\``, typeOf(schema), standard, doc?.allowed ?? "", doc?.meaning ?? ""];
  });
  const body = table(["field", "type", "default", "allowed", "meaning"], rows);
  return `## ${title}\n\n${meaning}\n\n${body}\n`;
}

/** A table for each value of the discriminator. */
function union(title: string, schema: z.ZodDiscriminatedUnion, path: Path): string {
  const { discriminator, options } = schema.def;
  const branches = options.flatMap((option) => {
    if (!(option instanceof z.ZodObject)) return [];
    const literal: unknown = option.shape[discriminator];
    const value = literal instanceof z.ZodLiteral ? [...literal.values][0] : undefined;
    const meaning = fieldDocs.get(option)?.meaning ?? "";
    const item = value !== valueAt(PRESETS.free, [...path, discriminator]);
    return `#${sectionText({ title: `${discriminator}: "${value}"`, meaning, path, object: option, item })}`;
  });
  return [`## ${title}\n\n${fieldDocs.get(schema)?.meaning ?? ""}\n`, ...branches].join("\n");
}

/** This object's table, then those of the objects and lists of objects in it. */
function sections(title: string, schema: Schema, path: Path, item: boolean): readonly string[] {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodArray) return sections(`${title}[]`, inner.element, path, true);
  if (inner instanceof z.ZodDiscriminatedUnion) return [union(title, inner, path)];
  if (!(inner instanceof z.ZodObject)) return [];
  const shape: Readonly<Record<string, Schema>> = inner.shape;
  const meaning = fieldDocs.get(inner)?.meaning ?? "";
  const text = sectionText({ title, meaning, path, object: inner, item });
  // A micro has a default only as a whole.
  const below = Object.entries(shape).flatMap(([key, child]) => {
    const name = title === "lab" ? key : `${title}.${key}`;
    return sections(name, child, [...path, key], item || isWhole([...path, key], child));
  });
  return [text, ...below];
}

function presets(): string {
  const rows = Object.entries(PRESETS).map(([preset, { hosts, micro, kubernetes }]) => [
    `\`${preset}\``,
    hosts.map((host) => `\`${host.name}\`: ${host.ocpus}, ${host.memoryGb}, ${host.bootVolumeGb}`).join("<br>") ||
      "none",
    micro === null ? "none" : `\`${micro.name}\`: ${micro.bootVolumeGb}`,
    kubernetes.nodes.map((node) => `\`${node.name}\`: ${node.vcpus}, ${node.memoryMb}, ${node.diskGb}`).join("<br>"),
  ]);
  const headings = [
    "preset",
    "hosts: OCPUs, memory GB, boot volume GB",
    "micro: boot volume GB",
    "nodes: vCPUs, memory MB, disk GB",
  ];
  return `## Presets\n\n${table(headings, rows)}\n`;
}

function releases(): string {
  const rows = TALOS_RELEASES.map(({ talos, supported: { from, to }, supportEnded }) => [
    talos,
    `1.${from} to 1.${to}`,
    supportEnded ?? "no",
  ]);
  return `## Versions that go together\n\n${table(["Talos", "Kubernetes", "community support ended"], rows)}\n\nAs of ${RELEASES_AS_OF}; \`npx lab doctor\` warns of a Talos whose support has ended.\n`;
}

const INTRODUCTION = `# lab.config.ts

<!-- Made from config/schema.ts by \`node config/document.ts\`; edit that. -->

The one file that a user edits. Its default export is a plain object; \`defineLab\` only helps the editor:

\`\`\`ts
import { defineLab } from "./config/index.ts";

export default defineLab({
  preset: "free",
  name: "ampere-lab",
  oci: { region: "eu-frankfurt-1" },
  access: { adminCidrs: ["203.0.113.7/32"] },
});
\`\`\`

Whatever it does not say comes from the preset: objects are laid over the preset's field by field, lists replace the
preset's. \`--config FILE\` or \`LAB_CONFIG\` names another file (.ts, .mts, .js, .mjs or .json), which may lie outside the
repository. A wrong value is one line: the field, what it got, what is allowed. In a JSON file,
\`"$schema": "./config/lab.schema.json"\` has an editor complete the fields, and say on hover what each means.

- \`free\`: one host with all 2 OCPU and 12 GB that are free. The one that works best.
- \`free-pair\`: two hosts and a micro as third vote: a real Proxmox VE cluster, still free. Its guests have one vCPU,
  which is below Talos's minimum.
- \`payg\`: three hosts and three control planes. Costs money.
- \`direct\`, \`direct-pair\`: [Talos on the instances](talos-on-oci.md) themselves, at their own speed.
- \`homelab\`: [Proxmox VE of your own](homelab.md), and no account.
`;

/** All of docs/config.md. */
export function documentConfig(): string {
  return [INTRODUCTION, presets(), ...sections("lab", labSchema, [], false), releases()].join("\n");
}
