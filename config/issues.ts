/** Turns what zod found wrong into our lines: the field, what it got, what is allowed. */
import { z } from "zod";
import { type ConfigIssue, shown } from "./errors.ts";
import { fieldDocs } from "./fields.ts";
import { nearest } from "./nearest.ts";

type ZodIssue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** What stands at a path of any value. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null && Object.hasOwn(inner, key) ? Reflect.get(inner, key) : undefined,
    value,
  );
}

function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodNullable ? unwrapped(schema.unwrap()) : schema;
}

/** The schemas a key may lead to: several where a union offers several. */
function children(schema: z.core.$ZodType, key: PropertyKey): readonly z.core.$ZodType[] {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodObject) {
    const shape: Readonly<Record<string, z.core.$ZodType>> = inner.shape;
    // Not what every object has from its prototype.
    const child = Object.hasOwn(shape, key) ? shape[String(key)] : undefined;
    return child === undefined ? [] : [child];
  }
  if (inner instanceof z.ZodArray) return [inner.element];
  if (inner instanceof z.ZodRecord) return [inner.valueType];
  if (inner instanceof z.ZodUnion) return inner.options.flatMap((option) => children(option, key));
  return [];
}

/** What the nearest documented field at or above a path allows. */
export function allowedAt(schema: z.core.$ZodType, path: Path): string {
  const own = fieldDocs.get(unwrapped(schema))?.allowed ?? fieldDocs.get(schema)?.allowed;
  const [key, ...rest] = path;
  const deeper =
    key === undefined
      ? undefined
      : children(schema, key)
          .map((child) => allowedAt(child, rest))
          .find(Boolean);
  return deeper || own || "";
}

/** The branches of a union that a value may be: of a discriminated one, those that its discriminator names. */
function branches(union: z.ZodUnion, value: unknown): readonly z.core.$ZodType[] {
  if (!(union instanceof z.ZodDiscriminatedUnion)) return union.options;
  const { discriminator } = union.def;
  return union.options.filter((option) =>
    children(option, discriminator).some((child) => z.safeParse(child, valueAt(value, [discriminator])).success),
  );
}

/** @param value what stands at the path */
function fieldNames(schema: z.core.$ZodType, path: Path, value: unknown): readonly string[] {
  const [key, ...rest] = path;
  if (key !== undefined) return children(schema, key).flatMap((child) => fieldNames(child, rest, value));
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodUnion) return branches(inner, value).flatMap((option) => fieldNames(option, [], value));
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

/** Of a union's branches, the one the writer seems to have meant: the fewest complaints about which keys there are. */
function meantBranch(issue: z.core.$ZodIssueInvalidUnion): readonly ZodIssue[] {
  const misfit = (branch: readonly ZodIssue[]): number =>
    branch.filter(({ code, path }) => code === "unrecognized_keys" || path.length === 0).length;
  const inside = issue.errors.filter((branch) => misfit(branch) === 0);
  return inside.length === 1 ? (inside[0] ?? []) : [];
}

function toIssues(schema: z.core.$ZodType, input: unknown, issue: ZodIssue, prefix: Path): readonly ConfigIssue[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    const known = fieldNames(schema, path, valueAt(input, path));
    return issue.keys.map((key) => {
      const meant = nearest(key, known);
      const line = { path: [...path, key], got: "an unknown field", allowed: known.join(", ") };
      return meant === undefined ? line : { ...line, hint: `did you mean ${meant}?` };
    });
  }
  if (issue.code === "invalid_union") {
    const branch = meantBranch(issue);
    if (branch.length > 0) return branch.flatMap((inner) => toIssues(schema, input, inner, path));
  }
  if (issue.code === "invalid_key") {
    return [{ path, got: `the key ${shown(String(path.at(-1)))}`, allowed: allowedAt(schema, path.slice(0, -1)) }];
  }
  return [{ path, got: shown(valueAt(input, path)), allowed: allowedAt(schema, path) }];
}

/** One issue per field, in zod's order. */
export function issuesOf(schema: z.ZodType, input: unknown, error: z.ZodError): readonly ConfigIssue[] {
  const byPath = new Map<string, ConfigIssue>();
  for (const issue of error.issues.flatMap((found) => toIssues(schema, input, found, []))) {
    const key = JSON.stringify(issue.path.map(String));
    if (!byPath.has(key)) byPath.set(key, issue);
  }
  return [...byPath.values()];
}
