/** Patterns of calls: globs, and regular expressions behind `re:`. */
const EXPRESSION = "re:";

function expressionOf(pattern: string): RegExp {
  if (pattern.startsWith(EXPRESSION)) return new RegExp(`^(?:${pattern.slice(EXPRESSION.length)})$`);
  const escaped = pattern.replaceAll(/[\\^$.|+()[\]{}]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "s");
}

/** Whether a text is a pattern: a regular expression may be none. */
export function isPattern(text: string): boolean {
  try {
    return text !== "" && expressionOf(text) instanceof RegExp;
  } catch {
    return false;
  }
}

/** Whether the whole text is what the pattern says. */
export function matches(pattern: string, text: string): boolean {
  return pattern === "*" || expressionOf(pattern).test(text);
}
