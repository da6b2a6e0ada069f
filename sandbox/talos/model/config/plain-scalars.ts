/** What an unquoted YAML scalar means to Go's yaml: the decoder reads by it, the encoder quotes by it. */

type Resolved =
  | { readonly type: "null" }
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "int" | "float"; readonly value: number }
  | { readonly type: "timestamp" | "merge" | "string" };

const nulls = new Set(["", "~", "null", "Null", "NULL"]);
const truths = new Set(["true", "True", "TRUE"]);
const falsehoods = new Set(["false", "False", "FALSE"]);
/** YAML 1.1: true and false where a bool is asked for, strings elsewhere, quoted when written. */
const oldTruths = new Set(["y", "Y", "yes", "Yes", "YES", "on", "On", "ON"]);
const oldFalsehoods = new Set(["n", "N", "no", "No", "NO", "off", "Off", "OFF"]);
const infinities = /^[-+]?\.(inf|Inf|INF)$/;
const notANumber = /^\.(nan|NaN|NAN)$/;
const float = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const base60 = /^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$/;
const timestamp = /^\d{4}-\d{1,2}-\d{1,2}([Tt ]\d{1,2}:\d{1,2}:\d{1,2}(\.\d+)?(Z|[-+]\d{2}:\d{2})?)?$/;
const integers: readonly (readonly [RegExp, number])[] = [
  [/^[-+]?0[xX]([0-9a-fA-F]+)$/, 16],
  [/^[-+]?0[bB]([01]+)$/, 2],
  [/^[-+]?0[oO]?([0-7]+)$/, 8],
  [/^[-+]?(0|[1-9][0-9]*)$/, 10],
];

/** What a plain scalar stands for in YAML as Go reads it. */
export function resolvePlain(text: string): Resolved {
  if (nulls.has(text)) return { type: "null" };
  if (truths.has(text)) return { type: "bool", value: true };
  if (falsehoods.has(text)) return { type: "bool", value: false };
  if (text === "<<") return { type: "merge" };
  if (infinities.test(text)) return { type: "float", value: text.startsWith("-") ? -Infinity : Infinity };
  if (notANumber.test(text)) return { type: "float", value: NaN };
  if (!/^[-+.0-9]/.test(text)) return { type: "string" };
  const digits = text.replaceAll("_", "");
  for (const [pattern, base] of integers) {
    const match = pattern.exec(digits);
    if (match) return { type: "int", value: parseInt(match[1] ?? "", base) * (digits.startsWith("-") ? -1 : 1) };
  }
  if (float.test(digits)) return { type: "float", value: Number(digits) };
  if (timestamp.test(text)) return { type: "timestamp" };
  return { type: "string" };
}

/** A bool is asked for: the words of YAML 1.1 count too. */
export function resolveBool(text: string): boolean | undefined {
  if (truths.has(text) || oldTruths.has(text)) return true;
  if (falsehoods.has(text) || oldFalsehoods.has(text)) return false;
  return undefined;
}

/** Whether a string would be read as something else if it stood there without quotes. */
export function isAmbiguous(text: string): boolean {
  return resolvePlain(text).type !== "string" || resolveBool(text) !== undefined || base60.test(text);
}
