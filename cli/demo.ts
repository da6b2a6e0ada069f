/**
 * `npm run demo [-- --preset NAME]`: the whole of the lab in its sandbox, from nothing to nothing.
 */
import { parseArgs } from "node:util";
import { z } from "zod";
import { type HomeLabInput, type LabInput, parseConfig, PRESET_NAMES, runMain } from "../config/index.ts";
import lab from "../lab.config.ts";
import { describeLab, ensureTerraform, freeBasePort, Stage } from "./demo-stage.ts";

const preset = z.enum(PRESET_NAMES);

/** The least that Talos asks for: every preset has room for it. */
const WORKER = { role: "worker", vcpus: 1, memoryMb: 1024, diskGb: 20 } as const;

/** The house of the demo: one Proxmox VE host, which the sandbox puts up. */
const HOMELAB: HomeLabInput = {
  preset: "homelab",
  name: "homelab",
  proxmox: {
    // The sandbox's host shows a certificate of its own, and is not asked for it.
    api: { address: "192.168.1.10", fingerprint: Array.from({ length: 32 }, () => "AB").join(":") },
    nodes: [{ name: "pve", architecture: "x86_64" }],
    vmIds: { from: 8000, to: 8099 },
    network: {
      cidr: "192.168.1.0/24",
      gateway: "192.168.1.1",
      addresses: { from: "192.168.1.200", to: "192.168.1.229" },
      vip: "192.168.1.199",
    },
  },
};

/** What the demo changes in a lab, in words, and the lab with it. */
interface Change {
  readonly words: string;
  readonly lab: LabInput;
}

/** Instances take all that is free: a lone one gives half of its room to a worker, and of two the first is given pods. */
function changedDirect(input: LabInput): Change {
  const { nodes } = parseConfig(input).kubernetes;
  const [first] = nodes;
  if (first === undefined || nodes.length > 1)
    return {
      words: "The control plane is to run any pod, says lab.config.ts now:",
      lab: { ...input, kubernetes: { allowSchedulingOnControlPlanes: true } },
    };
  const half = { ...first, vcpus: first.vcpus / 2, memoryMb: first.memoryMb / 2 };
  const worker = { ...half, name: "worker-1", role: "worker", diskGb: 50 } as const;
  return {
    words: "The machine gives half of its room to a worker, which goes into lab.config.ts:",
    lab: { ...input, kubernetes: { nodes: [half, worker] } },
  };
}

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
    const basePort = await freeBasePort();
    const input: LabInput =
      chosen.data === "homelab"
        ? { ...HOMELAB, access: { basePort } }
        : { ...lab, preset: chosen.data, access: { ...lab.access, basePort } };
    console.log(`A lab from preset ${chosen.data}, in the embedded sandbox: no account is asked for or used.`);
    stage.configure(input);
    const { kubernetes, oci } = parseConfig(input);
    const isDirect = kubernetes.placement === "oci";
    const stacks = [...(oci === null ? [] : ["oci"]), ...(isDirect ? [] : ["proxmox"]), "talos"];
    const deploy = ["deploy", ...stacks, "--auto-approve"];
    await stage.cdktf(deploy);
    console.log("\nNothing is left to do, says a second look:");
    await stage.cdktf(["diff"]);
    const { words, lab: changed } = isDirect
      ? changedDirect(input)
      : { words: "A worker goes into lab.config.ts:", lab: withAnotherWorker(input) };
    console.log(`\n${words}`);
    stage.configure(changed);
    await stage.cdktf(["diff"], 2);
    await stage.cdktf(deploy);
    console.log(await describeLab(stage.home));
    await stage.cdktf(["destroy", "--auto-approve"]);
  } finally {
    await stage.end();
  }
  console.log(
    `\nDone in ${((performance.now() - started) / 1000).toFixed(1)} s; nothing is left running or lying about.`,
  );
});
