/** `npm run test:acceptance -- proxmox --source DIR`: other projects' acceptance tests, against the sandbox. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { differences, type Expected, readExpected, writeExpected } from "./expected.ts";
import { buildGoTests, headOf, runGoTest } from "./go-tests.ts";
import { outcomeOf, type Verdict, VERDICTS } from "./outcome.ts";
import { oci } from "./oci.ts";
import { proxmox } from "./proxmox.ts";
import type { Case, CommandSuite, Suite } from "./suite.ts";
import { talosctl } from "./talosctl.ts";

const SUITES: Readonly<Record<string, Suite | CommandSuite>> = { oci, proxmox, talosctl };

interface Options {
  readonly source: string;
  readonly run?: string;
  readonly programs?: string;
  readonly update?: true;
  readonly verbose?: true;
  readonly jobs: string;
  readonly deadline: string;
}

/** How many ended with what. */
function counts(seen: Expected): readonly string[] {
  return VERDICTS.flatMap((verdict) => {
    const count = Object.values(seen).filter((each) => each === verdict).length;
    return count === 0 ? [] : [`${count} ${verdict}`];
  });
}

type Run = Pick<Suite, "open"> & Pick<Options, "verbose"> & { readonly tests: readonly Case[] };

/** Runs functions one after another, each in a world as it was first, until none is left to take. */
async function runAll({ open, tests, verbose }: Run, left: Case[], seen: Record<string, Verdict>): Promise<void> {
  const place = await open();
  try {
    for (let each = left.shift(); each !== undefined; each = left.shift()) {
      const { verdict, line, output } = await each.run(await place.fresh());
      seen[each.name] = verdict;
      const count = `[${Object.keys(seen).length}/${tests.length}]`;
      console.log(`${count} ${verdict.padEnd(13)} ${each.name}${line === "" ? "" : `  ${line}`}`);
      if (verbose) console.log(output);
    }
  } finally {
    await place.close();
  }
}

/** What a suite runs, built. */
async function casesOf(
  suite: Suite | CommandSuite,
  source: string,
  programs: string,
  { run, deadline }: Options,
): Promise<readonly Case[]> {
  const wanted = new RegExp(run ?? "");
  if ("cases" in suite) return suite.cases(resolve(source), programs, wanted);
  const tests = await buildGoTests({ ...suite, source: resolve(source) }, programs, wanted);
  return tests.map((test) => ({
    name: test.name,
    async run(env) {
      const ended = await runGoTest(test, env, Number(deadline) * 1000);
      return { ...outcomeOf(ended), output: ended.output };
    },
  }));
}

async function test(name: string, suite: Suite | CommandSuite, options: Options): Promise<number> {
  const { source, update, programs: kept, jobs } = options;
  const temporary = mkdtempSync(join(tmpdir(), "ampere-lab-acceptance-"));
  const programs = kept === undefined ? temporary : resolve(kept, await headOf(source));
  const seen: Record<string, Verdict> = {};
  try {
    console.error("building");
    const tests = await casesOf(suite, source, programs, options);
    const left = [...tests];
    await Promise.all(
      Array.from({ length: Number(jobs) }, () => runAll({ open: suite.open, tests, ...options }, left, seen)),
    );
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  console.log(`${name}: ${counts(seen).join(", ")}`);
  if (update) writeExpected(name, seen);
  const different = differences(readExpected(name), seen);
  for (const each of different) console.log(each);
  return different.length === 0 ? 0 : 1;
}

const command = new Command("test:acceptance")
  .argument("<suite>", Object.keys(SUITES).join(", "))
  .requiredOption("--source <dir>", "a checkout of that project's repository")
  .option("--run <pattern>", "functions whose name matches")
  .option("--programs <dir>", "keep the built test programs there, by commit of the checkout")
  .option("--update", "write down what was seen in expected.json")
  .option("--jobs <n>", "how many functions at once, each in a world of its own", "1")
  .option("--deadline <seconds>", "after which a function is ended", "600")
  .option("--verbose", "with all that the functions print")
  .action(async (name: string, options: Options) => {
    const suite = SUITES[name];
    if (suite === undefined) return command.error(`got ${name}, allowed ${Object.keys(SUITES).join(", ")}`);
    process.exitCode = await test(name, suite, options);
  });
await command.parseAsync();
