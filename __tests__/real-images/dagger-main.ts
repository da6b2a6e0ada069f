/** `npm run test:dagger`: builds the base on a Dagger engine, where one answers. The last line counts what was run. */
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../../cli/engine/terraform/tools.ts";
import { findEngine } from "../../images/runners/dagger-engine.ts";
import { installTools } from "./install.ts";
import { must, run } from "./run.ts";
import { standIn } from "./stand-in.ts";

/** The builder's root file system, in place of a container image: Debian 12, which has Packer. */
async function rootFileSystem(): Promise<string> {
  const folder = join(cacheFolder(), "images", "builder-bookworm");
  if (existsSync(folder)) return folder;
  console.error(`making a root file system for the builder: ${folder}`);
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(join(folder, ".."), { recursive: true });
  const mirror = process.env["DEBIAN_MIRROR"] ?? "http://deb.debian.org/debian";
  await must("mmdebstrap", ["--quiet", "--mode=root", "--variant=minbase", "bookworm", unfinished, mirror]);
  renameSync(unfinished, folder);
  return folder;
}

const search = await findEngine();
const args = process.argv.slice(2);
if (search.engine === null) console.log(`not run: ${search.reason}\n0 passed, 0 failed, 1 skipped`);
if (args.includes("--probe")) {
  // Only says whether there is an engine, by its exit code.
  process.exitCode = search.engine === null ? 1 : 0;
} else if (search.engine !== null) {
  await installTools();
  const env = {
    IMAGE_TEST_SOURCE: await standIn(),
    IMAGE_TEST_ARTIFACTS: join(cacheFolder(), "images", "dagger"),
    IMAGE_TESTS: "dagger",
    IMAGE_TEST_BUILDER: await rootFileSystem(),
  };
  const jest = ["cli/bin/run.js", "node_modules/jest/bin/jest.js", "--config", "jest.images.config.mjs", "--runInBand"];
  process.exitCode = await run(process.execPath, [...jest, ...args], env);
}
