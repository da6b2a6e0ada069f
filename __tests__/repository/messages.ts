/** What our programs can say: the texts in their sources, with a gap for each value that is put in. */
import { globSync } from "node:fs";
import { parseSync } from "@swc/core";
import { z } from "zod";
import { ROOT, text } from "./markdown.ts";

const SOURCES = globSync("{cli,config,constructs,images,sandbox,stacks,topology}/**/*.{ts,js}", {
  cwd: ROOT,
  exclude: (name) => name.includes("node_modules"),
});

/** Stands for a value that is put in. */
const GAP = "\0";

/** What texts are made of, as swc has it. */
const expression = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("StringLiteral"), value: z.string() }),
  z.looseObject({ type: z.literal("TemplateLiteral"), quasis: z.array(z.looseObject({ raw: z.string() })) }),
  z.looseObject({ type: z.literal("BinaryExpression"), left: z.unknown(), right: z.unknown() }),
]);

/** The text that an expression makes; a gap for what is not known. */
function textOf(node: unknown): string {
  const { data } = expression.safeParse(node);
  if (data === undefined) return GAP;
  if (data.type === "StringLiteral") return data.value;
  if (data.type === "TemplateLiteral") return data.quasis.map(({ raw }) => raw.replaceAll("\\`", "`")).join(GAP);
  return `${textOf(data.left)}${textOf(data.right)}`;
}

/** All texts in a syntax tree, those within others too. */
function textsIn(node: unknown): readonly string[] {
  if (typeof node !== "object" || node === null) return [];
  const below = Object.values(node).flatMap(textsIn);
  const own = textOf(node);
  return own.replaceAll(GAP, "") === "" ? below : [own, ...below];
}

/** Of each text, the parts between the gaps. */
const TEXTS: readonly (readonly string[])[] = SOURCES.flatMap((path) => {
  const syntax = path.endsWith(".ts") ? "typescript" : "ecmascript";
  return textsIn(parseSync(text(path), { syntax, target: "es2024" })).map((each) => each.split(/\0+/));
});

/** Whether `message` is the beginning of a text with its gaps filled in. */
function begins(message: string, [first = "", ...rest]: readonly string[]): boolean {
  if (first.startsWith(message)) return true;
  if (!message.startsWith(first)) return false;
  let at = first.length;
  let known = first.trim().length;
  for (const part of rest) {
    const found = part === "" ? -1 : message.indexOf(part, at);
    if (found === -1) {
      // The message may end within this part, or within the value before it.
      const ends = [...part].findLastIndex((_, index) => message.slice(at).endsWith(part.slice(0, index + 1))) + 1;
      return known + ends >= SURE && (ends > 0 || !message.slice(at).includes(" "));
    }
    at = found + part.length;
    known += part.trim().length;
    if (at >= message.length) break;
  }
  return known >= SURE && at >= message.length;
}

/** Fewer characters in common than these could be a coincidence. */
const SURE = 12;

/** Whether one of our programs can say this, or a text that begins so. `…` stands for any value. */
export function canBeSaid(message: string): boolean {
  return TEXTS.some((parts) => begins(message, parts));
}
