/** Config in, cdktf.out out: what `cdktf` runs. */
import { join } from "node:path";
import { configWarnings, loadConfig, readEnvironment, runMain } from "./config/index.ts";
import { ensureImages } from "./images/index.ts";
import { buildLab } from "./lab.ts";
import { formatVerdict } from "./topology/format-verdict.ts";
import { planTopology } from "./topology/plan.ts";

// cdktf records a stack trace for each value, which nothing here reads: a twentieth of the time of synth.
process.env.CDKTN_DISABLE_CREATION_STACK ??= "1";

await runMain(async () => {
  const { basePort, configFile, labHome, outdir, sandbox } = readEnvironment();
  const config = await loadConfig(configFile, basePort);
  const topology = planTopology(config);
  const artifacts = join(labHome, "artifacts");
  const images = await ensureImages({ proxmoxVersion: config.versions.proxmox, artifacts });
  const verdict = buildLab({ topology, images, home: labHome, outdir, sandbox }).synth();
  if (!sandbox) for (const warning of configWarnings(config)) console.error(`warning: ${warning}`);
  if (!verdict.free) console.error(formatVerdict(verdict));
});
