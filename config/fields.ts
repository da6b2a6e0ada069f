/** The kinds of value a config holds. Each knows its meaning and what it allows, for error lines and docs/config.md. */
import { z } from "zod";
import { contains, parseCidr } from "./cidr.ts";

/** What people read of a field. */
interface FieldDoc {
  readonly meaning: string;
  /** Completes "allowed …" in error lines. */
  readonly allowed: string;
}

/** Beside the schema instead of in it, so that error lines and the documentation read the same words. */
export const fieldDocs = z.registry<FieldDoc>();

/** Gives a schema its words. */
export function field<Schema extends z.ZodType>(schema: Schema, meaning: string, allowed: string): Schema {
  fieldDocs.add(schema, { meaning, allowed });
  return schema;
}

/** `"a", "b" or "c"`: how an error line lists the texts that are allowed. */
export function quotedList(texts: readonly string[]): string {
  const quoted = texts.map((text) => JSON.stringify(text));
  return [quoted.slice(0, -1).join(", "), ...quoted.slice(-1)].filter((part) => part !== "").join(" or ");
}

/** A whole number, from and to inclusive. @param why stands in brackets behind the range */
export function whole(from: number, to: number, meaning: string, why?: string): z.ZodInt {
  return field(z.int().min(from).max(to), meaning, `${from} to ${to}${why === undefined ? "" : ` (${why})`}`);
}

/** True or false. */
export function flag(meaning: string): z.ZodBoolean {
  return field(z.boolean(), meaning, "true or false");
}

/** The largest number at the end of a name: worker 8799 has VM id 8999, the last before the templates' (topology). */
export const MAX_SLOT = 8799;

/** RFC 1123 label that ends in the thing's number. */
const SLOT_NAME = /^[a-z]([a-z0-9-]*[a-z0-9])?-[1-9]\d*$/;

/** The number at the end of a checked name: `pve-2` is 2. */
export function slotOf(name: string): number {
  return Number(/[1-9]\d*$/.exec(name.slice(name.lastIndexOf("-") + 1))?.[0]);
}

/** A name that ends in a number, which fixes addresses, ports and ids. */
export function slotName(meaning: string, example: string): z.ZodString {
  return field(
    z.string().max(63).regex(SLOT_NAME),
    meaning,
    `lower-case letters, digits and hyphens, at most 63, ending in a hyphen and a number, such as ${example}`,
  );
}

/** Text of at most so many characters that matches an expression. */
export function pattern(expression: RegExp, maxLength: number, meaning: string, allowed: string): z.ZodString {
  return field(z.string().max(maxLength).regex(expression), meaning, allowed);
}

const PRIVATE_RANGES = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].flatMap((text) => parseCidr(text) ?? []);

/** A private IPv4 network (RFC 1918) no larger than `/largest` and no smaller than `/smallest`. */
export function privateNetwork(largest: number, smallest: number, meaning: string): z.ZodString {
  const accepts = (text: string): boolean => {
    const cidr = parseCidr(text);
    if (cidr === null || cidr.prefix < largest || cidr.prefix > smallest) return false;
    return PRIVATE_RANGES.some((range) => contains(range, cidr));
  };
  return field(
    z.string().refine(accepts),
    meaning,
    `a private IPv4 network (in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16) of /${largest} to /${smallest}, ` +
      "written with its first address",
  );
}

/** An IPv4 network as the outside sees it. */
export function adminNetwork(meaning: string): z.ZodString {
  return field(
    z.string().refine((text) => parseCidr(text) !== null),
    meaning,
    "an IPv4 network written with its first address, such as 203.0.113.7/32 for one machine (IPv6 is not supported)",
  );
}
