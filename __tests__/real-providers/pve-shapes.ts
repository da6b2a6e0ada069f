/** Whether an answer has the shape that Proxmox VE's own description gives it: `pve-api.json` of the reference, where that is here. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const REFERENCE = join(import.meta.dirname, "../../../shared/reference/pve-api.json");

interface Shape {
  readonly type?: string | undefined;
  readonly optional?: string | number | undefined;
  readonly enum?: readonly (string | number)[] | undefined;
  readonly properties?: Readonly<Record<string, Shape>> | undefined;
  readonly items?: Shape | undefined;
}
const shape: z.ZodType<Shape> = z.lazy(() =>
  z.looseObject({
    type: z.string().optional(),
    optional: z.union([z.number(), z.string()]).optional(),
    enum: z.array(z.union([z.string(), z.number()])).optional(),
    properties: z.record(z.string(), shape).optional(),
    items: shape.optional(),
  }),
);
const calls = z.array(
  z.looseObject({
    path: z.string(),
    methods: z.record(z.string(), z.looseObject({ returns: shape.nullish() })),
  }),
);

const described = existsSync(REFERENCE)
  ? new Map(
      calls
        .parse(JSON.parse(readFileSync(REFERENCE, "utf8")))
        .flatMap(({ path, methods }) =>
          Object.entries(methods).map(([method, { returns }]): [string, Shape] => [
            `${method} ${path.slice(1)}`,
            returns ?? {},
          ]),
        ),
    )
  : null;

/** Whether the description is here. */
export const hasShapes = described !== null;

/** Perl's numbers may be told as text. */
const isNumber = (value: unknown): boolean =>
  typeof value === "number" || (typeof value === "string" && value !== "" && !isNaN(Number(value)));

function hasType(type: string | undefined, value: unknown): boolean {
  if (type === "integer" || type === "number") return isNumber(value);
  if (type === "boolean")
    return value === 0 || value === 1 || value === true || value === false || value === "1" || value === "0";
  if (type === "string") return typeof value === "string" || typeof value === "number";
  if (type === "array") return Array.isArray(value);
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return type === "null" ? value === null : true;
}

function wrong(at: string, expected: Shape, value: unknown): readonly string[] {
  if (!hasType(expected.type, value)) return [`${at}: ${JSON.stringify(value)} is no ${expected.type}`];
  if (expected.enum && !expected.enum.some((each) => String(each) === String(value)))
    return [`${at}: ${JSON.stringify(value)} is none of ${expected.enum.join(", ")}`];
  if (Array.isArray(value))
    return expected.items ? value.flatMap((item, index) => wrong(`${at}[${index}]`, expected.items ?? {}, item)) : [];
  const properties = Object.entries(expected.properties ?? {});
  return properties.flatMap(([name, property]) => {
    const found: unknown = Object(value)[name];
    if (found !== undefined && found !== null) return wrong(`${at}.${name}`, property, found);
    return Number(property.optional ?? 0) === 1 ? [] : [`${at}.${name}: is missing`];
  });
}

/** What the service leaves out though its description does not say so. */
const LEFT_OUT: Readonly<Record<string, RegExp>> = {
  "GET nodes/{node}/disks/list": /\.(mounted|osdid-list): is missing$/,
  "GET cluster/mapping/dir": /\.description: is missing$/,
};

/** What is wrong with the answer of a call; nothing where it has the shape. */
export function wrongShape(call: string, value: unknown): readonly string[] {
  const expected = described?.get(call);
  if (!expected) return [`${call}: not described`];
  return wrong("answer", expected, value).filter((each) => !LEFT_OUT[call]?.test(each));
}
