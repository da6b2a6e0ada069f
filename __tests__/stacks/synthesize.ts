import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig, type LabInput } from "../../config/index.ts";
import type { Image, Images } from "../../images/index.ts";
import { buildLab } from "../../lab.ts";
import { planTopology } from "../../topology/plan.ts";

type Block = Record<string, Record<string, Record<string, unknown>>>;

/** A synthesized stack, as far as tests look into it. */
export interface Stack {
  readonly terraform: { readonly required_providers: Record<string, { source: string; version: string }> };
  readonly provider: Record<string, Record<string, unknown>[]>;
  readonly resource: Block;
  readonly data: Block;
  readonly output: Record<string, { value: unknown; sensitive?: boolean }>;
  readonly variable: Record<string, { sensitive?: boolean }>;
}

export type StackName = "oci" | "proxmox" | "talos";

const image = (name: Image["name"]): Image => ({
  name,
  inputHash: "0".repeat(64),
  objectName: `${name}-000000000000.oci`,
  sha256: null,
  sizeBytes: null,
  status: "stale",
  testedWithStandIns: false,
  built: false,
});

/** Fixed, so that a snapshot does not change with every image. */
export const IMAGES: Images = { base: image("base"), proxmox: image("proxmox-ampere") };

export const BASE = {
  name: "ampere-lab",
  oci: { region: "eu-frankfurt-1" },
  access: { adminCidrs: ["203.0.113.7/32"] },
} satisfies LabInput;

/** A LAB_HOME that is on no machine: no path of one gets into a snapshot. */
export const HOME = "/home/me/lab";

interface Options {
  readonly sandbox?: boolean;
  readonly home?: string;
}

/** The three stacks of a lab with Proxmox VE. */
export function synthesize(input: LabInput, options: Options = {}): Record<StackName, Stack> {
  const { oci, proxmox, talos } = synthesizeAny(input, options);
  if (!oci || !proxmox || !talos) throw new Error("a lab without Proxmox VE");
  return { oci, proxmox, talos };
}

/** Synthesizes a lab as `main.ts` does and reads it back, without what changes with tool versions and script contents. */
export function synthesizeAny(input: LabInput, options: Options = {}): Partial<Record<StackName, Stack>> {
  const outdir = mkdtempSync(join(tmpdir(), "ampere-lab-synth-"));
  const topology = planTopology(parseConfig(input));
  try {
    buildLab({ topology, images: IMAGES, home: HOME, outdir, ...options }).synth();
    const read = (stack: StackName): Stack => {
      const text = readFileSync(join(outdir, "stacks", stack, "cdk.tf.json"), "utf8");
      const { "//": _metadata, ...json } = JSON.parse(text.replaceAll(/assets\/[\w-]+\/[0-9A-F]{32}/g, "assets/HASH"));
      return json;
    };
    const { placement } = topology;
    return {
      ...(placement !== "existing" && { oci: read("oci") }),
      ...(placement !== "oci" && { proxmox: read("proxmox") }),
      talos: read("talos"),
    };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}
