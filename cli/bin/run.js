#!/usr/bin/env node
// `node cli/bin/run.js FILE.ts [arguments…]`: any TypeScript program of the repository, on a new enough Node.
import { resolve } from "node:path";
import { launch, runsTypeScript } from "./launch.js";

const [, , program] = process.argv;
if (program === undefined) {
  console.error("run.js: name the TypeScript file to run, as in `node cli/bin/run.js providers/select.ts`");
  process.exitCode = 1;
} else {
  const main = resolve(program);
  // The program sees its own name where it expects it, as if node had been given it directly.
  if (runsTypeScript(process.version)) process.argv.splice(1, 2, main);
  await launch(main);
}
