/**
 * `npm run bench [-- --json]`: the project's speed, as ratios in one run, medians of 11. Exit code 1 misses a goal, five
 * times over: what else a machine does may slow down one of the two that are compared, but not each time.
 */
import { parseArgs } from "node:util";
import { runMain } from "../config/index.ts";
import { deployAgainstShell } from "./deploy.ts";
import { diffAgainstShell } from "./diff.ts";
import { line, type Measure } from "./measure.ts";
import { synthAgainstNode, synthGrowth } from "./synth.ts";
import { manyMachines } from "./world.ts";

const PARTS: readonly [string, () => Measure[] | Promise<Measure[]>][] = [
  ["cdktf synth against node -e 0", synthAgainstNode],
  ["synth of 10, 100 and 1,000 machines", synthGrowth],
  ["cdktf deploy against the same by hand", deployAgainstShell],
  ["cdktf diff against the same by hand, and upstream", diffAgainstShell],
  ["a world of 1,000 virtual machines", manyMachines],
];

const ATTEMPTS = 5;

/** The measures of the last attempt, which is the first one that misses no goal. */
async function measured(title: string, part: () => Measure[] | Promise<Measure[]>): Promise<Measure[]> {
  for (let attempt = 1; ; attempt += 1) {
    console.error(`measuring ${title} …`);
    const measures = await part();
    const missed = measures.filter(({ ok }) => !ok);
    if (missed.length === 0 || attempt === ATTEMPTS) return measures;
    for (const each of missed) console.error(`  ${line(each)}: once more`);
  }
}

await runMain(async () => {
  const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });
  const measures: Measure[] = [];
  for (const [title, part] of PARTS) measures.push(...(await measured(title, part)));
  console.log(values.json ? JSON.stringify(measures, null, 2) : measures.map(line).join("\n"));
  if (measures.some((each) => !each.ok)) process.exitCode = 1;
});
