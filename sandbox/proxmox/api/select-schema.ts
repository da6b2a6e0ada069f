/**
 * Cuts from Proxmox VE's API schema what is committed: `schema.json`, the calls that routes.ts answers, without descriptions, and
 * `calls.json`, the paths and methods of all.
 *
 *   node cli/bin/run.js sandbox/proxmox/api/select-schema.ts FILE
 *
 * FILE is `api-viewer/apidata.js` of proxmox/pve-docs (one tree of `{path, info, children}`), or the same as JSON in a flat
 * list of `{path, methods}`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { ROUTES } from "./routes.ts";

interface Node {
  readonly path: string;
  readonly info?: Readonly<Record<string, unknown>> | undefined;
  readonly methods?: Readonly<Record<string, unknown>> | undefined;
  readonly children?: readonly Node[] | undefined;
}
const methods = z.record(z.string(), z.unknown()).optional();
const node: z.ZodType<Node> = z.lazy(() =>
  z.looseObject({ path: z.string(), info: methods, methods, children: z.array(node).optional() }),
);
const call = z.object({
  parameters: z.object({
    additionalProperties: z.unknown().optional(),
    properties: z.record(z.string(), z.unknown()).optional(),
  }),
  permissions: z.record(z.string(), z.unknown()).optional(),
  allowtoken: z.number().optional(),
  returns: z.looseObject({ links: z.array(z.looseObject({ href: z.string() })).optional() }).optional(),
});

const PROSE = new Set(["description", "verbose_description", "typetext", "title", "format_description"]);

function withoutProse(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutProse);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key, inner]) => !(PROSE.has(key) && typeof inner === "string"));
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutProse(inner)]));
}

/** How many devices of a kind there may be stands in the prose alone: "(n is 0 to 30)". */
function withLimits(properties: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => {
      const [, last] = /\(n is 0 to (\d+)[,)]/.exec(JSON.stringify(property)) ?? [];
      const limited = name.endsWith("[n]") && last !== undefined && typeof property === "object";
      return [name, limited ? { ...property, last: Number(last) } : property];
    }),
  );
}

/** What is newer than the description of 9.1: of pve-access-control 9.1.1. */
const AUDIENCES = { audiences: { type: "string", pattern: '^[^\\x00-\\x1F\\x7F <>#"]*$', optional: 1 } };
const NEWER: Readonly<Record<string, object>> = {
  "POST access/domains": AUDIENCES,
  "PUT access/domains/{realm}": AUDIENCES,
};

function flat(nodes: readonly Node[]): readonly Node[] {
  return nodes.flatMap((each) => [each, ...flat(each.children ?? [])]);
}

const SCHEMA = join(import.meta.dirname, "schema.json");
const ALL = join(import.meta.dirname, "calls.json");
const [, , file = ""] = process.argv;
const text = readFileSync(file, "utf8");
const tree = z.array(node).parse(JSON.parse(text.slice(text.indexOf("["), text.lastIndexOf("]") + 1)));
const paths = new Map(flat(tree).map((each) => [each.path.slice(1), each.info ?? each.methods ?? {}]));
const before = z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(SCHEMA, "utf8")));
const calls = ROUTES.map(({ method, path }) => {
  const found = paths.get(path)?.[method];
  const known = before[`${method} ${path}`];
  // What is newer than FILE stays as it was cut.
  if (found === undefined && known !== undefined) return [`${method} ${path}`, known];
  if (found === undefined) throw new Error(`${file} has no ${method} ${path}; correct routes.ts`);
  const { parameters, permissions, allowtoken, returns } = call.parse(found);
  const child = /^\{(\w+)\}$/.exec(returns?.links?.[0]?.href ?? "")?.[1];
  const cut = {
    ...(parameters.properties && {
      parameters: withLimits({ ...parameters.properties, ...NEWER[`${method} ${path}`] }),
    }),
    ...(parameters.additionalProperties !== 0 && { additional: 1 }),
    ...(permissions && { permissions }),
    ...(allowtoken === 0 && { allowtoken }),
    ...(method === "GET" && child !== undefined && { child }),
  };
  return [`${method} ${path}`, withoutProse(cut)];
});
writeFileSync(SCHEMA, `${JSON.stringify(Object.fromEntries(calls))}\n`);
const all = [...paths].map(([path, found]) => [path, Object.keys(found).toSorted().join(" ")] as const);
const called = all.filter(([, found]) => found !== "").toSorted(([a], [b]) => (a < b ? -1 : 1));
writeFileSync(ALL, `${JSON.stringify(Object.fromEntries(called), null, 2)}\n`);
console.log(`${calls.length} calls`);
