/** `npm run test:acceptance -- proxmox --source DIR`: other projects' acceptance tests, against the sandbox. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { differences, type Expected, readExpected, writeExpected } from "./expected.ts";
import { buildGoTests, type GoRun, headOf, runGoTest, runGoTests } from "./go-tests.ts";
import { type Outcome, outcomeOf, type Verdict, VERDICTS, weighed } from "./outcome.ts";
import { goProxmox } from "./go-proxmox.ts";
import { labs } from "./labs.ts";
import { oci } from "./oci.ts";
import { proxmox } from "./proxmox.ts";
import type { CommandSuite, Place, Suite } from "./suite.ts";
import { talosctl } from "./talosctl.ts";
import { telmate } from "./telmate.ts";

const SUITES: Readonly<Record<string, Suite | CommandSuite>> = {
  oci,
  proxmox,
  telmate,
  "go-proxmox": goProxmox,
  talosctl,
  labs,
};

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

type Told = (name: string, outcome: Outcome & { readonly output: string }) => void;

/** What shares a world, which is as it was first when it is run. */
interface Group {
  readonly count: number;
  run(env: Readonly<Record<string, string>>, told: Told): Promise<void>;
}

/** Runs groups one after another, until none is left to take. */
async function runAll(open: () => Promise<Place>, left: Group[], told: Told): Promise<void> {
  const place = await open();
  try {
    for (let group = left.shift(); group !== undefined; group = left.shift())
      await group.run(await place.fresh(), told);
  } finally {
    await place.close();
  }
}

/** What a suite runs, built. */
async function groupsOf(
  suite: Suite | CommandSuite,
  source: string,
  programs: string,
  { run, deadline }: Options,
): Promise<Group[]> {
  const wanted = new RegExp(run ?? "");
  const deadlineMs = Number(deadline) * 1000;
  if ("cases" in suite) {
    const cases = await suite.cases(resolve(source), programs, wanted);
    return cases.map((each) => ({ count: 1, run: async (env, told) => told(each.name, await each.run(env)) }));
  }
  const judged = (name: string, ran: GoRun) => ({
    ...weighed(name, outcomeOf(ran), suite.asThere),
    output: ran.output,
  });
  const tests = await buildGoTests({ ...suite, source: resolve(source) }, programs, wanted);
  if (!suite.together)
    return tests.map((each) => ({
      count: 1,
      run: async (env, told) => told(each.name, judged(each.name, await runGoTest(each, env, deadlineMs))),
    }));
  return [...Map.groupBy(tests, ({ program }) => program).values()].map((group) => ({
    count: group.length,
    run: (env, told) => runGoTests(group, env, deadlineMs, (name, ran) => told(name, judged(name, ran))),
  }));
}

async function test(name: string, suite: Suite | CommandSuite, options: Options): Promise<number> {
  const { source, update, programs: kept, jobs } = options;
  const temporary = mkdtempSync(join(tmpdir(), "ampere-lab-acceptance-"));
  const programs = kept === undefined ? temporary : resolve(kept, await headOf(source));
  const seen: Record<string, Verdict> = {};
  try {
    console.error("building");
    const left = await groupsOf(suite, source, programs, options);
    const count = left.reduce((sum, group) => sum + group.count, 0);
    const told: Told = (each, { verdict, line, output }) => {
      seen[each] = verdict;
      const so = `[${Object.keys(seen).length}/${count}]`;
      console.log(`${so} ${verdict.padEnd(13)} ${each}${line === "" ? "" : `  ${line}`}`);
      if (options.verbose) console.log(output);
    };
    await Promise.all(Array.from({ length: Number(jobs) }, () => runAll(suite.open, left, told)));
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
