/** The frame of a dynamic group's matching rule (docs.oracle.com, Managing Dynamic Groups); nobody is matched by it. */

const TOKEN = /\s*('[^']*'|"[^"]*"|!=|[={},]|[\w.-]+)/y;

function tokensOf(rule: string): readonly string[] | null {
  const pattern = new RegExp(TOKEN);
  const tokens: string[] = [];
  const end = rule.trimEnd().length;
  while (pattern.lastIndex < end) {
    const token = pattern.exec(rule)?.[1];
    if (token === undefined) return null;
    tokens.push(token);
  }
  return tokens;
}

/** @returns where the rule that starts at `at` ends; null where none does */
function endOfRule(tokens: readonly string[], at: number): number | null {
  const first = tokens[at] ?? "";
  if (/^(any|all)$/i.test(first) && tokens[at + 1] === "{") {
    let end = endOfRule(tokens, at + 2);
    while (end !== null && tokens[end] === ",") end = endOfRule(tokens, end + 1);
    return end !== null && tokens[end] === "}" ? end + 1 : null;
  }
  if (!/^\w+(\.[\w-]+)+$/.test(first)) return null;
  if (!["=", "!="].includes(tokens[at + 1] ?? "")) return /^tag\./i.test(first) ? at + 1 : null;
  return /^['"]/.test(tokens[at + 2] ?? "") ? at + 3 : null;
}

/** `ANY {instance.compartment.id = 'ocid1…', ALL {…}}`, or one condition alone. */
export function isMatchingRule(rule: string): boolean {
  const tokens = tokensOf(rule);
  return tokens !== null && tokens.length > 0 && endOfRule(tokens, 0) === tokens.length;
}
