/** Requests as nobody should send them: paths and fields that there are, with values that there are, or may not be. */
import * as fc from "fast-check";
import type { WorldState } from "../../../sandbox/world/world.ts";

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Whether the caller shows who it is. */
  readonly signed: boolean;
}

export interface KnownCall {
  readonly method: string;
  /** `/20160918/vcns/{id}` */
  readonly path: string;
  /** What it takes, with values that it may take; without them, any of the world's. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
}

export interface Dialect {
  readonly calls: readonly KnownCall[];
  /** Names of fields in the world. */
  readonly fields: readonly string[];
  /** Ids, names and addresses of what exists. */
  readonly values: readonly string[];
}

/** All short texts and all field names in the world: they make requests that come further than random ones. */
export function wordsOf(world: WorldState): Pick<Dialect, "fields" | "values"> {
  const values = new Set<string>();
  const fields = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value === "string" && value !== "" && value.length < 150) values.add(value);
    if (typeof value !== "object" || value === null) return;
    for (const [key, part] of Object.entries(value)) {
      if (!Array.isArray(value)) (/^[a-z][A-Za-z0-9]*$/.test(key) ? fields : values).add(key);
      walk(part);
    }
  };
  walk(world);
  return { fields: [...fields], values: [...values] };
}

const STRANGE = [
  "__proto__",
  "constructor",
  "toString",
  "../../etc/passwd",
  "%00",
  "-1",
  "1e999",
  "NaN",
  "0x10",
  "null",
];
const HUGE = 3 * 1024 * 1024;

/** One value where a name, an id or a number should be. */
function text({ values }: Dialect): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...values) },
    { weight: 2, arbitrary: fc.constantFrom(...STRANGE) },
    { weight: 2, arbitrary: fc.integer().map(String) },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
    { weight: 1, arbitrary: fc.constantFrom("0", "1", "true", "", "host", "data:10", "a=b,c=d") },
  );
}

function value(dialect: Dialect): fc.Arbitrary<unknown> {
  const { node } = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3 },
      { weight: 6, arbitrary: text(dialect) },
      { weight: 2, arbitrary: fc.oneof(fc.double(), fc.boolean(), fc.constant(null)) },
      { weight: 1, arbitrary: fc.array(tie("node"), { maxLength: 3 }) },
      {
        weight: 2,
        arbitrary: fc.dictionary(fc.constantFrom(...dialect.fields, "__proto__"), tie("node"), { maxKeys: 4 }),
      },
    ),
  }));
  return node;
}

/** Fields that a call takes, mostly with values as it takes them; now and then anything. */
function record(dialect: Dialect, { fields }: KnownCall): fc.Arbitrary<Record<string, unknown>> {
  const strange = fc.dictionary(fc.constantFrom(...dialect.fields), value(dialect), { maxKeys: 8 });
  const known = Object.entries(fields).map(([name, values]) => {
    const fitting = values.length > 0 ? fc.constantFrom(...values) : text(dialect);
    return [name, fc.oneof({ weight: 12, arbitrary: fitting }, { weight: 1, arbitrary: value(dialect) })] as const;
  });
  if (known.length === 0) return strange;
  return fc.oneof(
    { weight: 4, arbitrary: fc.record(Object.fromEntries(known), { requiredKeys: [] }) },
    { weight: 1, arbitrary: strange },
  );
}

function form(fields: Record<string, unknown>): string {
  const pairs = Object.entries(fields).map(([key, part]): [string, string] => [
    key,
    typeof part === "string" ? part : JSON.stringify(part),
  ]);
  return new URLSearchParams(pairs).toString();
}

function body(dialect: Dialect, call: KnownCall): fc.Arbitrary<{ readonly type: string; readonly body: Buffer }> {
  const json = record(dialect, call).map((fields) => ({
    type: "application/json",
    body: Buffer.from(JSON.stringify(fields)),
  }));
  const encoded = record(dialect, call).map((fields) => ({
    type: "application/x-www-form-urlencoded",
    body: Buffer.from(form(fields)),
  }));
  const cut = fc.tuple(json, fc.nat({ max: 30 })).map(([{ type, body }, at]) => ({ type, body: body.subarray(0, at) }));
  const bytes = fc
    .tuple(
      fc.constantFrom("application/json", "text/plain", "multipart/form-data", ""),
      fc.uint8Array({ maxLength: 200 }),
    )
    .map(([type, some]) => ({ type, body: Buffer.from(some) }));
  const huge = fc.constant({ type: "application/json", body: Buffer.alloc(HUGE, "[") });
  return fc.oneof(
    {
      weight: call.method === "GET" ? 9000 : 300,
      arbitrary: fc.constant({ type: "application/json", body: Buffer.alloc(0) }),
    },
    { weight: 800, arbitrary: json },
    { weight: 600, arbitrary: encoded },
    { weight: 150, arbitrary: cut },
    { weight: 100, arbitrary: bytes },
    { weight: 1, arbitrary: huge },
  );
}

/** A path that the API has with its places filled in, or one that it has not. */
function path(dialect: Dialect, call: KnownCall): fc.Arbitrary<string> {
  const template = call.path;
  const places = template.split(/\{[^}]+\}/).length - 1;
  return fc
    .tuple(fc.array(text(dialect), { minLength: places, maxLength: places }), query(dialect, call))
    .map(([filled, search]) => {
      let next = 0;
      const known = template.replace(/\{[^}]+\}/g, () => encodeURIComponent(filled[next++] ?? ""));
      return `${known}${search}`;
    });
}

function query(dialect: Dialect, call: KnownCall): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 10, arbitrary: fc.constant("") },
    { weight: 5, arbitrary: record(dialect, call).map((fields) => `?${form(fields)}`) },
    { weight: 1, arbitrary: fc.constantFrom("?", "?%", "?a=%zz", "?limit=0&page=-1", "?limit=999999999") },
  );
}

const METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"];
const ODD_PATHS = ["/", "//", "/%", "/%2e%2e/", "/api2/json", "/api2/json/..;/", "/20160918", "/n/", "*", "/\u007f"];

function requestOf(dialect: Dialect, call: KnownCall): fc.Arbitrary<HttpRequest> {
  const right = fc.tuple(fc.constant(call.method), path(dialect, call));
  const wrong = fc.tuple(fc.constantFrom(...METHODS), path(dialect, call));
  const odd = fc.tuple(fc.constantFrom(...METHODS), fc.constantFrom(...ODD_PATHS));
  const target = fc.oneof(
    { weight: 30, arbitrary: right },
    { weight: 3, arbitrary: wrong },
    { weight: 1, arbitrary: odd },
  );
  const signed = fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) });
  return fc.tuple(target, body(dialect, call), signed).map(([[method, path], { type, body }, signed]) => ({
    method,
    path,
    headers: type === "" ? {} : { "content-type": type },
    body,
    signed,
  }));
}

export function httpRequest(dialect: Dialect): fc.Arbitrary<HttpRequest> {
  return fc.oneof(...dialect.calls.map((call) => requestOf(dialect, call)));
}
