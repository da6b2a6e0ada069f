/** What our programs can say: the texts in their sources, with a gap for each value that is put in. */
import { globSync } from "node:fs";
import { ROOT, text } from "./markdown.ts";

const SOURCES = globSync("{cli,config,constructs,images,packer,sandbox,stacks,topology}/**/*.{ts,js,sh}", {
  cwd: ROOT,
  exclude: (name) => name.includes("node_modules"),
});

/** Strings, and templates that hold no other template. */
const LITERAL = /`((?:[^`\\$]|\\.|\$\{[^`{}]*(?:\{[^`{}]*\}[^`{}]*)*\}|\$(?!\{))*)`|"((?:[^"\\\n]|\\.)*)"/g;

/** Of each text, the parts between the gaps. */
function partsIn(source: string): readonly (readonly string[])[] {
  const joined = source.replaceAll(/(["`]) \+\s+\1/g, "");
  return [...joined.matchAll(LITERAL)].map(([, template, plain]) =>
    template === undefined ? [plain ?? ""] : template.split(/\$\{[^`]*?\}(?=[^}]|$)/),
  );
}

const TEXTS: readonly (readonly string[])[] = SOURCES.flatMap((path) => partsIn(text(path)));

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
