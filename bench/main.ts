/** `npm run bench [-- --json]`: the project's speed, as ratios in one run, medians of 11. Exit code 1 misses a goal. */
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

await runMain(async () => {
  const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });
  const measures: Measure[] = [];
  for (const [title, part] of PARTS) {
    console.error(`measuring ${title} …`);
    measures.push(...(await part()));
  }
  console.log(values.json ? JSON.stringify(measures, null, 2) : measures.map(line).join("\n"));
  if (measures.some((each) => !each.ok)) process.exitCode = 1;
});
