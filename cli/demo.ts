/**
 * `npm run demo [-- --preset free|free-pair|payg]`: the whole of the lab in its sandbox, from nothing to nothing.
 */
import { parseArgs } from "node:util";
import { z } from "zod";
import { type LabInput, parseConfig, PRESET_NAMES, runMain } from "../config/index.ts";
import lab from "../lab.config.ts";
import { describeLab, ensureTerraform, freeBasePort, Stage } from "./demo-stage.ts";

const preset = z.enum(PRESET_NAMES);

/** The least that Talos asks for: every preset has room for it. */
const WORKER = { role: "worker", vcpus: 1, memoryMb: 1024, diskGb: 20 } as const;

/** The same lab with one worker more. */
function withAnotherWorker(input: LabInput): LabInput {
  const { nodes } = parseConfig(input).kubernetes;
  const workers = nodes.filter((node) => node.role === "worker").length;
  return { ...input, kubernetes: { nodes: [...nodes, { ...WORKER, name: `worker-${workers + 1}` }] } };
}

await runMain(async () => {
  const { values } = parseArgs({ options: { preset: { type: "string" } } });
  const chosen = preset.safeParse(values.preset ?? lab.preset ?? "free");
  if (!chosen.success) {
    throw new Error(`--preset: got ${JSON.stringify(values.preset)}, allowed ${preset.options.join(", ")}`);
  }
  const started = performance.now();
  await ensureTerraform();
  const stage = new Stage();
  const stop = (): void => void stage.end().finally(() => process.exit(130));
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  try {
    const input: LabInput = {
      ...lab,
      preset: chosen.data,
      access: { ...lab.access, basePort: await freeBasePort() },
    };
    console.log(`A lab from preset ${chosen.data}, in the embedded sandbox: no account is asked for or used.`);
    stage.configure(input);
    await stage.cdktf(["deploy", "oci", "proxmox", "talos", "--auto-approve"]);
    console.log("\nNothing is left to do, says a second look:");
    await stage.cdktf(["diff"]);
    console.log("\nA worker goes into lab.config.ts:");
    stage.configure(withAnotherWorker(input));
    await stage.cdktf(["diff"], 2);
    await stage.cdktf(["deploy", "oci", "proxmox", "talos", "--auto-approve"]);
    console.log(await describeLab(stage.home));
    await stage.cdktf(["destroy", "--auto-approve"]);
  } finally {
    await stage.end();
  }
  console.log(
    `\nDone in ${((performance.now() - started) / 1000).toFixed(1)} s; nothing is left running or lying about.`,
  );
});
