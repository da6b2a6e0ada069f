/**
 * The frame of a policy's statement (docs.oracle.com, Policy Syntax): which words stand where. What it grants to
 * people matters to nobody here: the sandbox has one user, who may do everything.
 */
import { invalid, notPlayed, type ServiceRefusal } from "./refusals.ts";

/** What a statement is about: the tenancy, or a compartment by its id or name. */
export type Location =
  | { readonly kind: "tenancy" }
  | { readonly kind: "id"; readonly id: string }
  /** `Project`, or a way down: `Corp:Project` */
  | { readonly kind: "path"; readonly path: string };

interface Statement {
  /** `group`, `service`, `any-user`, … */
  readonly subject: string;
  /** Of groups or services, in lower case, as they are written. */
  readonly names: readonly string[];
  /** Null where permissions are listed one by one. */
  readonly grants: { readonly verb: string; readonly resource: string } | null;
  readonly location: Location;
}

interface Word {
  readonly text: string;
  readonly at: number;
}

const POLICY = "Identity Policy";
const VERBS = ["inspect", "read", "use", "manage"];
const WITH_NAMES = ["group", "dynamic-group", "service", "resource"];
const WITHOUT_NAMES = ["any-user", "any-group"];
/** Between tenancies, or taking away. */
const OTHER_STATEMENTS = ["define", "endorse", "admit", "deny"];

/** Of no statement: the service passes over it (oracle/oci 8.28.0, its acceptance tests). */
const STRAY = /^[<>]+$/;

/** Names in quotes may have spaces: `'Default'/'Lab Admins'` is one word. */
function wordsOf(statement: string): readonly Word[] {
  const all = [...statement.matchAll(/(?:'[^']*'|[^\s{},'])+|[{},]/g)].map(({ 0: text, index }) => ({
    text,
    at: index + 1,
  }));
  return all.filter(({ text }) => !STRAY.test(text));
}

class Reader {
  readonly #statement: string;
  readonly #words: readonly Word[];
  #next = 0;

  constructor(statement: string) {
    this.#statement = statement;
    this.#words = wordsOf(statement);
  }

  get done(): boolean {
    return this.#next === this.#words.length;
  }

  /** The next word, if it is one of these; it is not taken. */
  sees(...expected: readonly string[]): string | null {
    const word = this.#words[this.#next]?.text.toLowerCase();
    return word !== undefined && expected.includes(word) ? word : null;
  }

  takes(...expected: readonly string[]): string {
    const word = this.sees(...expected);
    if (word === null) throw this.refusal();
    this.#next += 1;
    return word;
  }

  /** A word of the client's own. */
  name(): string {
    const word = this.#words[this.#next]?.text;
    if (word === undefined || ["{", "}", ","].includes(word)) throw this.refusal();
    this.#next += 1;
    return word;
  }

  rest(): void {
    if (this.done) throw this.refusal();
    this.#next = this.#words.length;
  }

  /** In the service's words (oracle/oci-python-sdk#96). */
  refusal(): ServiceRefusal {
    const word = this.#words[this.#next];
    const [what, at] = [word?.text ?? "<<EOF>>", word?.at ?? this.#statement.length + 1];
    return invalid(POLICY, `'syntax error starting with ${what}'@'line 1, char ${at}'`, "statements");
  }
}

function readSubject(words: Reader): Pick<Statement, "subject" | "names"> {
  if (words.sees(...WITHOUT_NAMES)) return { subject: words.takes(...WITHOUT_NAMES), names: [] };
  const kind = words.takes(...WITH_NAMES);
  const names: string[] = [];
  for (;;) {
    if (words.sees("to")) throw words.refusal();
    if (words.sees("id")) words.takes("id");
    names.push(words.name().toLowerCase());
    // `resource <kind> <name>`
    if (kind === "resource" && !words.sees("to", ",")) words.name();
    if (!words.sees(",")) return { subject: kind, names };
    words.takes(",");
    // Groups by id say again what they are.
    if (words.sees(kind)) words.takes(kind);
  }
}

/** A verb with a type of resource, or permissions one by one. */
function readPermissions(words: Reader): Statement["grants"] {
  if (!words.sees("{")) return { verb: words.takes(...VERBS), resource: words.name().toLowerCase() };
  words.takes("{");
  words.name();
  while (words.sees(",")) {
    words.takes(",");
    words.name();
  }
  words.takes("}");
  return null;
}

function readLocation(words: Reader): Location {
  if (words.takes("tenancy", "compartment") === "tenancy") return { kind: "tenancy" };
  if (!words.sees("id")) return { kind: "path", path: words.name() };
  words.takes("id");
  return { kind: "id", id: words.name() };
}

/**
 * @returns who is granted what, and where; conditions are not looked at
 * @throws ServiceRefusal for text that is no statement, and for a kind that is not played
 */
export function readStatement(statement: string): Statement {
  const words = new Reader(statement);
  const other = words.sees(...OTHER_STATEMENTS);
  if (other !== null) throw notPlayed(`a policy statement that starts with ${other}`, "statements");
  words.takes("allow");
  const subject = readSubject(words);
  words.takes("to");
  const grants = readPermissions(words);
  words.takes("in");
  const location = readLocation(words);
  if (words.sees("where")) {
    words.takes("where");
    words.rest();
  }
  if (!words.done) throw words.refusal();
  return { ...subject, grants, location };
}
