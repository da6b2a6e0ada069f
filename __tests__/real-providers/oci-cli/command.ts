/** Oracle's CLI against a sandbox: commands, each with what it has to print. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { program } from "../workshop.ts";

/** A command, and its answer. In its words and in what it prints, `$name` is what an earlier command kept. */
export interface Command {
  /** Without `oci`. A word with spaces is in single quotes. */
  readonly run: string;
  /** Of the JSON that it prints, at least this; lists and texts are exact. `null`: it prints nothing. */
  readonly prints?: unknown;
  /** The same of what is no JSON. */
  readonly text?: string;
  /** The program ends with this exit code, and another error than a service's. */
  readonly fails?: number;
  /** The service's error, in which it ends. */
  readonly refused?: { readonly status: number; readonly code: string; readonly message?: unknown };
  /** Names for values of what it prints, by their paths: `{ vcn: "data.id" }`. */
  readonly keep?: Readonly<Record<string, string>>;
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What commands kept, by name. */
type Kept = Record<string, string>;

function filled(kept: Kept, text: string): string {
  return text.replace(/\$(\w+)/g, (_, name: string) => {
    const value = kept[name];
    if (value === undefined) throw new Error(`nothing has kept $${name}`);
    return value;
  });
}

/** A command's words. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/'(.*?)'(?= |$)|\S+/g)].map(([word, quoted]) => quoted ?? word);
}

/** `filled`, in every text of a value; matchers of jest stay what they are. */
function filledIn(kept: Kept, value: unknown): unknown {
  if (typeof value === "string") return filled(kept, value);
  if (Array.isArray(value)) return value.map((each) => filledIn(kept, each));
  if (value === null || typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [filled(kept, name), filledIn(kept, inner)]));
}

function at(value: unknown, path: string): string {
  const found = path.split(".").reduce<unknown>((inner, name) => Reflect.get(Object(inner), name), value);
  if (typeof found !== "string") throw new Error(`there is no text at ${path} of ${JSON.stringify(value)}`);
  return found;
}

/** The error that a service answered; what else the program says on stderr where there is none. */
function refusalIn(stderr: string): unknown {
  const json = /ServiceError:\n(\{[\s\S]*?\n\})/.exec(stderr)?.[1];
  return json === undefined ? stderr : JSON.parse(json);
}

/** The CLI with the commands of one service loaded, which run one after another. */
class LoadedCli {
  readonly #child;
  readonly #lines;

  constructor(service: string, env: Readonly<Record<string, string>>) {
    this.#child = spawn(program("python"), [join(__dirname, "run.py"), service], {
      env: { PATH: "/usr/bin:/bin", ...env },
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async run(words: readonly string[]): Promise<Ended> {
    this.#child.stdin.write(`${JSON.stringify(words)}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("Oracle's CLI has ended");
    return JSON.parse(value);
  }

  end(): void {
    this.#child.stdin.end();
  }
}

/** Commands of the CLI, one after another. */
export class OciCli {
  readonly #loaded = new Map<string, LoadedCli>();
  readonly #env: Readonly<Record<string, string>>;
  readonly #kept: Kept;

  /** @param env all that it is told; @param kept the names that its commands begin with */
  constructor(env: Readonly<Record<string, string>>, kept: Kept) {
    this.#env = env;
    this.#kept = { ...kept };
  }

  run(words: readonly string[]): Promise<Ended> {
    const [service = ""] = words;
    const loaded = this.#loaded.get(service) ?? new LoadedCli(service, this.#env);
    this.#loaded.set(service, loaded);
    return loaded.run(words);
  }

  /** Runs it, and holds what it prints against what it should. */
  async check({ run, prints, text, fails, refused, keep = {} }: Command): Promise<void> {
    const { code, stdout, stderr } = await this.run(wordsOf(run).map((word) => filled(this.#kept, word)));
    if (refused) {
      expect(refusalIn(stderr)).toMatchObject(Object(filledIn(this.#kept, refused)));
      expect(code).toBe(1);
      return;
    }
    if (fails !== undefined) {
      expect(code).toBe(fails);
      return;
    }
    expect([code, code === 0 ? "" : refusalIn(stderr) || stdout]).toEqual([0, ""]);
    if (text !== undefined) {
      expect(stdout).toBe(text);
      return;
    }
    const printed: unknown = stdout.trim() === "" ? null : JSON.parse(stdout);
    for (const [name, path] of Object.entries(keep)) this.#kept[name] = at(printed, path);
    const expected = filledIn(this.#kept, prints);
    if (Object(expected) === expected) expect(printed).toMatchObject(Object(expected));
    else if (prints !== undefined) expect(printed).toEqual(expected);
  }

  end(): void {
    for (const loaded of this.#loaded.values()) loaded.end();
  }
}
