/** `npm run test:acceptance -- proxmox --source DIR`: other projects' acceptance tests, against the sandbox. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { differences, type Expected, readExpected, writeExpected } from "./expected.ts";
import { buildGoTests, headOf, runGoTest } from "./go-tests.ts";
import { outcomeOf, type Verdict, VERDICTS } from "./outcome.ts";
import { proxmox } from "./proxmox.ts";
import type { Suite } from "./suite.ts";

const SUITES: Readonly<Record<string, Suite>> = { proxmox };
const DEADLINE_MS = 600_000;

interface Options {
  readonly source: string;
  readonly run?: string;
  readonly programs?: string;
  readonly update?: true;
  readonly verbose?: true;
}

/** How many ended with what. */
function counts(seen: Expected): readonly string[] {
  return VERDICTS.flatMap((verdict) => {
    const count = Object.values(seen).filter((each) => each === verdict).length;
    return count === 0 ? [] : [`${count} ${verdict}`];
  });
}

async function test(name: string, suite: Suite, options: Options): Promise<number> {
  const { source, run, update, verbose } = options;
  const temporary = mkdtempSync(join(tmpdir(), "ampere-lab-acceptance-"));
  const programs = options.programs === undefined ? temporary : resolve(options.programs, await headOf(source));
  const seen: Record<string, Verdict> = {};
  try {
    console.error("building");
    const chosen = await buildGoTests({ ...suite, source: resolve(source) }, programs, new RegExp(run ?? ""));
    const place = await suite.open();
    try {
      for (const [index, each] of chosen.entries()) {
        const ended = await runGoTest(each, await place.fresh(), DEADLINE_MS);
        const { verdict, line } = outcomeOf(ended);
        seen[each.name] = verdict;
        console.log(
          `[${index + 1}/${chosen.length}] ${verdict.padEnd(13)} ${each.name}${line === "" ? "" : `  ${line}`}`,
        );
        if (verbose) console.log(ended.output);
      }
    } finally {
      await place.close();
    }
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
  .option("--verbose", "with all that the functions print")
  .action(async (name: string, options: Options) => {
    const suite = SUITES[name];
    if (suite === undefined) return command.error(`got ${name}, allowed ${Object.keys(SUITES).join(", ")}`);
    process.exitCode = await test(name, suite, options);
  });
await command.parseAsync();
