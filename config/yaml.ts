/** The one reader of YAML that others wrote: within a budget, so that no text takes minutes, all memory, or the stack. */
import {
  type Alias,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  Lexer,
  LineCounter,
  type Node,
  parseAllDocuments,
} from "yaml";

/** In characters. A machine configuration with every option is 60,000. */
const LONGEST = 1_000_000;
/** Words and signs; about eight a line. The library reads so many in half a second. */
const MOST_TOKENS = 100_000;
/** With every alias written out. */
const MOST_NODES = 100_000;
const DEEPEST = 100;

/** Counted from 1. */
interface Position {
  readonly line: number;
  readonly col: number;
}

/** Thrown for text that is no YAML, or more than the budget. Its message is one line, with nothing of the text but a key. */
export class YamlError extends Error {
  readonly line: number;
  readonly column: number;
  /** The library's name of the problem, or `BUDGET`. */
  readonly code: string;

  constructor(message: string, code: string, { line, col }: Position) {
    super(message);
    this.line = line;
    this.column = col;
    this.code = code;
  }
}

const TOP: Position = { line: 1, col: 1 };

/** One document of a stream. */
export interface YamlDocument {
  readonly document: Document;
  readonly lines: LineCounter;
  /** What an alias stands for; none for one that stands alone. */
  readonly target: (alias: Alias) => Node | undefined;
}

interface Measure {
  readonly nodes: number;
  readonly depth: number;
}

function checkText(text: string): void {
  if (text.length > LONGEST)
    throw new YamlError(`longer than ${LONGEST} characters: got ${text.length}`, "BUDGET", TOP);
  let tokens = 0;
  for (const _ of new Lexer().lex(text))
    if ((tokens += 1) > MOST_TOKENS) throw new YamlError(`more than ${MOST_TOKENS} words and signs`, "BUDGET", TOP);
}

/** What the library's own check does, in one pass: with that, 40,000 keys take a minute and a half. */
function checkKeys(keys: readonly unknown[], at: (node: unknown) => Position): void {
  const seen = new Set<unknown>();
  for (const key of keys) {
    if (!isScalar(key)) continue;
    if (seen.has(key.value)) throw new YamlError("Map keys must be unique", "DUPLICATE_KEY", at(key));
    seen.add(key.value);
  }
}

/** Walks a document once: sizes with aliases written out, what each stands for, and keys that come twice. */
function check(document: Document, lines: LineCounter): Map<Alias, Node> {
  const targets = new Map<Alias, Node>();
  const anchors = new Map<string, { readonly node: Node; measure?: Measure }>();
  const at = (node: unknown): Position =>
    (isScalar(node) || isCollection(node) || isAlias(node)) && node.range ? lines.linePos(node.range[0]) : TOP;

  const measureAlias = (alias: Alias): Measure => {
    const anchor = anchors.get(alias.source);
    if (anchor === undefined) return { nodes: 1, depth: 0 };
    if (anchor.measure === undefined) throw new YamlError("an alias of what it is a part of", "BUDGET", at(alias));
    targets.set(alias, anchor.node);
    return anchor.measure;
  };

  const measure = (node: unknown, above: number): Measure => {
    if (isAlias(node)) return within(node, measureAlias(node), above);
    if (isPair(node)) return sum(node, [node.key, node.value], above);
    if (!isScalar(node) && !isCollection(node)) return { nodes: 1, depth: 0 };
    const anchor: { readonly node: Node; measure?: Measure } = { node };
    if (node.anchor !== undefined) anchors.set(node.anchor, anchor);
    if (isMap(node))
      checkKeys(
        node.items.map(({ key }) => key),
        at,
      );
    const found = isCollection(node) ? sum(node, node.items, above) : { nodes: 1, depth: 0 };
    anchor.measure = found;
    return found;
  };

  const within = (node: unknown, found: Measure, above: number): Measure => {
    if (found.nodes > MOST_NODES)
      throw new YamlError(`more than ${MOST_NODES} values with its aliases written out`, "BUDGET", at(node));
    if (above + found.depth > DEEPEST) throw new YamlError(`more than ${DEEPEST} levels deep`, "BUDGET", at(node));
    return found;
  };

  const sum = (node: unknown, parts: readonly unknown[], above: number): Measure => {
    // A pair and its value are one level; on the way down already, for the stack's sake.
    const below = isPair(node) ? above : above + 1;
    within(node, { nodes: 0, depth: 0 }, below);
    let nodes = 1;
    let depth = 0;
    for (const part of parts) {
      const found = measure(part, below);
      nodes += found.nodes;
      depth = Math.max(depth, found.depth);
      within(node, { nodes, depth: 0 }, 0);
    }
    return within(node, { nodes, depth: isPair(node) ? depth : depth + 1 }, above);
  };

  measure(document.contents, 0);
  return targets;
}

/**
 * The documents of a text, in order, empty ones too.
 *
 * @param schema `failsafe` leaves every scalar its text
 * @throws YamlError
 */
export function readYamlDocuments(text: string, schema: "core" | "failsafe" = "core"): readonly YamlDocument[] {
  checkText(text);
  const lines = new LineCounter();
  const read = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false, schema });
  const documents: readonly Document[] = "empty" in read ? [] : read;
  return documents.map((document) => {
    const [problem] = document.errors;
    // The library's own limit is the stack's.
    if (problem?.message.includes("call stack"))
      throw new YamlError(`more than ${DEEPEST} levels deep`, "BUDGET", lines.linePos(problem.pos[0]));
    if (problem !== undefined)
      throw new YamlError(problem.message.split("\n")[0] ?? "", problem.code, lines.linePos(problem.pos[0]));
    const targets = check(document, lines);
    return { document, lines, target: (alias) => targets.get(alias) };
  });
}

/** The value of a text of one document; null of an empty one. @throws YamlError */
export function parseYaml(text: string): unknown {
  const [first, ...more] = readYamlDocuments(text);
  if (more.length > 0) throw new YamlError("more than one document", "MULTIPLE_DOCS", TOP);
  try {
    return first === undefined ? null : first.document.toJS();
  } catch (error) {
    if (error instanceof ReferenceError) throw new YamlError(error.message, "BAD_ALIAS", TOP);
    throw error;
  }
}
