/**
 * nftables as far as the lab's hosts use them: what the chains that packets meet on their way in say of a new connection.
 * Of a rule that has something in it which is not known here nothing is let in.
 */
import { isAmongPorts, isWithin, type Packet } from "./packet.ts";

interface Chain {
  readonly hook: string | null;
  readonly policy: "accept" | "drop";
  readonly rules: readonly Rule[];
}

/** A rule's words, those of a set (`{ 22, 80 }`) as one, with commas. */
type Rule = readonly string[];

/** By table and chain: `inet lab-filter input`. */
export type Ruleset = ReadonlyMap<string, Chain>;

/** Reads files in the order in which nft does: a chain that is there already gets more rules. */
export function readRuleset(files: readonly string[]): Ruleset {
  const chains = new Map<string, Chain>();
  for (const file of files) {
    // Comments, and quotation marks around what is one word anyway.
    const text = file.replaceAll(/"([^"]*)"/g, (_all, inner: string) => inner.replaceAll(/[\s;{}]+/g, "-"));
    const lines = text.replaceAll(/#.*$/gm, "").split("\n");
    readTables(lines.join("\n"), chains);
  }
  return chains;
}

function readTables(text: string, chains: Map<string, Chain>): void {
  for (const [, removed, family, table, body] of text.matchAll(
    /^\s*(delete\s+)?table\s+(\w+)\s+([\w-]+)(?:\s*\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\})?/gm,
  )) {
    const name = `${family} ${table}`;
    if (removed !== undefined) for (const key of chains.keys()) if (key.startsWith(`${name} `)) chains.delete(key);
    for (const [, chain = "", rules = ""] of (body ?? "").matchAll(/chain\s+([\w-]+)\s*\{((?:[^{}]|\{[^{}]*\})*)\}/g)) {
      const before = chains.get(`${name} ${chain}`);
      chains.set(`${name} ${chain}`, readChain(rules, before));
    }
  }
}

function readChain(body: string, before: Chain | undefined): Chain {
  const statements = body
    .split(/[\n;]/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  let { hook, policy } = before ?? { hook: null, policy: "accept" as const };
  const rules: Rule[] = [];
  for (const statement of statements) {
    const base = /^type \w+ hook (\w+) /.exec(statement)?.[1];
    const set = /^policy (accept|drop)$/.exec(statement)?.[1];
    if (base !== undefined) hook = base;
    else if (set === "accept" || set === "drop") policy = set;
    else rules.push(wordsOf(statement));
  }
  return { hook, policy, rules: [...(before?.rules ?? []), ...rules] };
}

function wordsOf(statement: string): Rule {
  return statement
    .replaceAll(/\{([^}]*)\}/g, (_all, set: string) => set.replaceAll(/\s+/g, ""))
    .split(/\s+/)
    .filter((word) => word !== "");
}

/** Whether every chain at the hook `input` lets a new connection in. */
export function admits(ruleset: Ruleset, packet: Packet): boolean {
  return [...ruleset.values()]
    .filter(({ hook }) => hook === "input")
    .every(({ rules, policy }) => (rules.map((rule) => verdictOf(rule, packet)).find(Boolean) ?? policy) === "accept");
}

/** What a rule says of the packet; null where it says nothing. */
function verdictOf(rule: Rule, packet: Packet): "accept" | "drop" | null {
  const words = [...rule];
  const next = (): string => words.shift() ?? "";
  while (words.length > 0) {
    const word = next();
    if (word === "accept") return "accept";
    if (word === "drop" || word === "reject") return "drop";
    if (word === "counter") continue;
    if (!fits(word, next, packet)) return null;
  }
  return null;
}

function fits(word: string, next: () => string, packet: Packet): boolean {
  if (word === "iifname") return next() === (packet.iface ?? "wire");
  if (word === "ip") return fitsAddress(next(), next(), packet);
  if (word === "tcp" || word === "udp")
    return next() === "dport" && isAmongPorts(packet.port, next()) && packet.protocol === word;
  if (word === "meta") return next() === "l4proto" && [packet.protocol, "all"].includes(next());
  // Of a connection that is new.
  if (word === "ct") return next() === "direction" && next() === "original";
  return false;
}

function fitsAddress(field: string, set: string, { from, to }: Packet): boolean {
  const address = field === "saddr" ? from : field === "daddr" ? to : "";
  return set.split(",").some((part) => isWithin(address, part));
}
