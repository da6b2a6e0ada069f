/** Test functions of a Go project's checkout: built once, run one at a time. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Overlay, Suite } from "./suite.ts";

export interface GoTests extends Suite {
  /** A checkout of the project. */
  readonly source: string;
}

/** A function of a package. */
export interface GoTest {
  readonly name: string;
  readonly program: string;
  /** Its package's, where Go runs tests. */
  readonly folder: string;
}

export interface GoRun {
  /** Null where it was ended at the deadline. */
  readonly code: number | null;
  /** Of stdout and stderr. */
  readonly output: string;
}

interface Command {
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly deadlineMs?: number;
  /** Ends it before that. */
  readonly signal?: AbortSignal;
}

/** Runs a program, until a deadline. */
export function run(
  program: string,
  args: readonly string[],
  { folder, env, deadlineMs, signal }: Command,
): Promise<GoRun> {
  return new Promise((resolve, reject) => {
    // With a process group of its own, so that the terraform of a test ends with it.
    const options = { cwd: folder, env: { ...process.env, ...env }, detached: true } as const;
    const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let isLate = false;
    let output = "";
    const keep = (chunk: Buffer): void => void (output += chunk.toString());
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const end = (): void => {
      isLate = true;
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    };
    const timer = deadlineMs === undefined ? undefined : setTimeout(end, deadlineMs);
    signal?.addEventListener("abort", end);
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      resolve({ code: isLate ? null : code, output });
    });
  });
}

const isAcceptance = (_file: string, name: string): boolean => name.startsWith("TestAcc");

/** The functions that the files of a package declare. */
function functionsIn(folder: string, has: NonNullable<Suite["has"]>): readonly string[] {
  const files = readdirSync(folder).filter((file) => file.endsWith("_test.go"));
  return files.flatMap((file) => {
    const text = readFileSync(join(folder, file), "utf8");
    return [...text.matchAll(/^func (Test\w+)\(/gm)].map(([, name = ""]) => name).filter((name) => has(file, name));
  });
}

/** Writes what `go build -overlay` reads. @returns its path */
function writeOverlay(overlay: Overlay, source: string, into: string): string {
  mkdirSync(into, { recursive: true });
  const entries = Object.entries(overlay).map(([path, text], index) => {
    const file = text === null ? "" : join(into, `overlay-${index}.go`);
    if (text !== null) writeFileSync(file, text);
    return [join(source, path), file];
  });
  const list = join(into, "overlay.json");
  writeFileSync(list, JSON.stringify({ Replace: Object.fromEntries(entries) }));
  return list;
}

/** The commit that is checked out, which names a folder of built programs. @throws Error with what `git` says */
export async function headOf(source: string): Promise<string> {
  const { code, output } = await run("git", ["rev-parse", "HEAD"], { folder: source });
  if (code !== 0) throw new Error(`git cannot tell the commit of ${source}:\n${output}`);
  return output.trim();
}

async function build(program: string, flags: readonly string[], folder: string): Promise<void> {
  const half = `${program}.half`;
  const built = await run("go", ["test", "-c", ...flags, "-ldflags", "-s -w", "-o", half, "."], { folder });
  if (built.code !== 0) throw new Error(`go cannot build the tests of ${folder}:\n${built.output}`);
  renameSync(half, program);
}

/**
 * Builds the test programs of those packages that have such functions, but for those that are built already.
 *
 * @param into a folder for the programs
 * @param wanted of which functions
 * @throws Error with what `go` says
 */
export async function buildGoTests(
  { source, packages, tags, has = isAcceptance, overlay }: GoTests,
  into: string,
  wanted: RegExp,
): Promise<readonly GoTest[]> {
  mkdirSync(into, { recursive: true });
  const files = overlay?.(source);
  // A program is built again where it is adapted otherwise.
  const of = files ? `-${createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 8)}` : "";
  // In a folder of its own: another build may be reading its own there.
  const adapted = files ? ["-overlay", writeOverlay(files, source, join(into, `overlay${of}`))] : [];
  const tests: GoTest[] = [];
  for (const each of packages) {
    const folder = join(source, each);
    const names = functionsIn(folder, has).filter((name) => wanted.test(name));
    if (names.length === 0) continue;
    const program = join(into, `${each.replaceAll("/", "-")}${of}.test`);
    if (!existsSync(program)) await build(program, ["-tags", tags, ...adapted], folder);
    tests.push(...names.map((name) => ({ name, program, folder })));
  }
  return tests;
}

/** Runs one function. @param deadlineMs after which it is killed */
export function runGoTest(
  { name, program, folder }: GoTest,
  env: Readonly<Record<string, string>>,
  deadlineMs: number,
): Promise<GoRun> {
  return run(program, flags([name]), { folder, env, deadlineMs });
}

/** Parts of a function one after another: some of them are about the same file. */
const flags = (names: readonly string[]): readonly string[] =>
  `-test.v -test.parallel 1 -test.timeout 0 -test.run ^(${names.join("|")})$`.split(" ");

/** By function what it printed, and whether it ended, as `-test.v` says. */
function partsOf(output: string): Map<string, { text: string; result?: string }> {
  const parts = new Map<string, { text: string; result?: string }>();
  let current = "";
  for (const line of output.split("\n")) {
    const [, result, ended] = /^--- (PASS|FAIL|SKIP): (\w+)/.exec(line) ?? [];
    current = ended ?? /^=== (?:RUN|CONT|NAME)\s+(\w+)/.exec(line)?.[1] ?? current;
    const part = parts.get(current) ?? { text: "" };
    parts.set(current, { ...part, text: `${part.text}${line}\n`, ...(result !== undefined && { result }) });
  }
  return parts;
}

/**
 * Runs functions of one package in one process, as they lean on what others have left there too. The one that ends the
 * process has failed, and those after it are run in another.
 *
 * @param deadlineMs of them all
 */
export async function runGoTests(
  tests: readonly GoTest[],
  env: Readonly<Record<string, string>>,
  deadlineMs: number,
  each: (name: string, ran: GoRun) => void,
): Promise<void> {
  let left = tests;
  for (let [first] = left; first !== undefined; [first] = left) {
    const { folder, program } = first;
    const { code, output } = await run(program, flags(left.map(({ name }) => name)), { folder, env, deadlineMs });
    const parts = partsOf(output);
    const ended = (name: string): boolean => parts.get(name)?.result !== undefined;
    const culprit = left.find(({ name }) => !ended(name)) ?? null;
    for (const { name } of left.filter((test) => ended(test.name) || test === culprit)) {
      const { text = "", result } = parts.get(name) ?? {};
      const failed = code === null && result === undefined ? null : 1;
      each(name, { code: result === undefined || result === "FAIL" ? failed : 0, output: text });
    }
    left = left.filter((test) => !ended(test.name) && test !== culprit);
  }
}
