/** `npm run test:images`: installs what it needs, makes the stand-in source, builds and boots images, records the result. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../../cli/engine/terraform/tools.ts";
import { readArtifact } from "../../images/artifact.ts";
import { BASE, PROXMOX } from "../../images/model/definitions.ts";
import { identify } from "../../images/identity.ts";
import { recordTest } from "../../images/record.ts";
import { installTools } from "./install.ts";
import { run } from "./run.ts";
import { standIn } from "./stand-in.ts";

await installTools();
const source = await standIn();
const artifacts = join(cacheFolder(), "images", "tested");
const jest = ["cli/bin/run.js", "node_modules/jest/bin/jest.js", "--config", "jest.images.config.mjs", "--runInBand"];
// Audits what an earlier run has built, and tests nothing else.
const audit = process.argv.includes("--audit");
const env = { IMAGE_TEST_SOURCE: source, IMAGE_TEST_ARTIFACTS: artifacts, ...(audit && { IMAGE_TESTS: "lynis" }) };
const code = await run(process.execPath, [...jest, ...process.argv.slice(2).filter((each) => each !== "--audit")], env);
process.exitCode = code;
// A part of the tests proves a part only.
if (code === 0 && process.argv.length === 2) {
  const now = identify();
  for (const image of [BASE, PROXMOX]) {
    const artifact = await readArtifact(artifacts, image);
    if (artifact === null || readFileSync(join(artifacts, `inputs-${image.key}`), "utf8") !== now[image.key])
      throw new Error(
        `packer/${image.folder} was changed while it was tested: nothing is recorded; run the tests again`,
      );
    await recordTest({}, image);
  }
  console.error("images.lock.json says that these images are tested with stand-ins; commit it");
}
