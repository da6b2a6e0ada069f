/** Config in, cdktf.out out: what `cdktf` runs. */
import { loadConfig, readEnvironment, runMain } from "./config/index.ts";
import { ensureImages } from "./images/index.ts";
import { buildLab } from "./lab.ts";
import { planTopology } from "./topology/plan.ts";

await runMain(async () => {
  const { configFile, outdir, sandbox } = readEnvironment();
  const topology = planTopology(await loadConfig(configFile));
  const images = await ensureImages();
  buildLab({ topology, images, outdir, sandbox }).synth();
});
