/** Shapes: what an account can launch, and of what size. */
import type { Attributes } from "../../plugin/resource.ts";
import type { Account, OciTenancy, Tags } from "../../world/oci.ts";
import { invalid, limitExceeded } from "./refusals.ts";
import { SHAPE_SIZES } from "./shape-sizes.ts";

/** Arm, of a size that is said. */
export const A1_SHAPE = "VM.Standard.A1.Flex";
/** x86, of one size. */
export const MICRO_SHAPE = "VM.Standard.E2.1.Micro";
/** All that a free account can launch. */
export const FREE_SHAPES: readonly string[] = [A1_SHAPE, MICRO_SHAPE];
/** All that the sandbox has. */
export const SHAPES = Object.keys(SHAPE_SIZES);

/** What an account can launch. */
export function shapesOf(account: Account): readonly string[] {
  return account === "always-free" ? FREE_SHAPES : SHAPES;
}

/** Whether it is for x86: then Oracle's images for x86 boot on it. */
export function isX86(shape: string): boolean {
  return shape !== A1_SHAPE;
}

/** A shape of a size. */
export interface ShapeSize {
  readonly shape: string;
  readonly ocpus: number;
  readonly memoryGb: number;
}

const SERVICE = "Core Instance";

/** @throws when the shape is none the sandbox has, none of the account's, or the size is none the shape allows. */
export function shapeSize(
  account: Account,
  shape: string,
  config: { readonly ocpus: number | null; readonly memoryInGBs: number | null },
): ShapeSize {
  const most = Object.hasOwn(SHAPE_SIZES, shape) ? SHAPE_SIZES[shape] : undefined;
  if (!most) throw invalid(SERVICE, `Shape ${shape} is not valid; the sandbox has ${SHAPES.join(", ")}.`, "shape");
  if (!shapesOf(account).includes(shape))
    throw limitExceeded(SERVICE, [`${shape} (limit 0 in an Always Free account)`]);
  const { memoryPerOcpu } = most;
  if (memoryPerOcpu === undefined) return { shape, ocpus: most.ocpus, memoryGb: most.memoryGb };
  const { ocpus } = config;
  if (ocpus === null)
    throw invalid(SERVICE, `shapeConfig.ocpus is required for the flexible shape ${shape}.`, "shape_config.ocpus");
  const memoryGb = config.memoryInGBs ?? ocpus * memoryPerOcpu;
  // Oracle's page on flexible shapes: at least 1 GB, 1-64 GB for each OCPU.
  if (!Number.isInteger(ocpus) || ocpus < 1 || ocpus > most.ocpus)
    throw invalid(SERVICE, `ocpus ${ocpus} is not valid for ${shape}: 1 to ${most.ocpus}.`, "shape_config.ocpus");
  const mostGb = Math.min(most.memoryGb, ocpus * 64);
  if (memoryGb < ocpus || memoryGb > mostGb)
    throw invalid(
      SERVICE,
      `memoryInGBs ${memoryGb} is not valid for ${ocpus} OCPUs of ${shape}: ${ocpus} to ${mostGb}.`,
      "shape_config.memory_in_gbs",
    );
  return { shape, ocpus, memoryGb };
}

/** Oracle's page on compute shapes: a flexible one has two VNICs with one OCPU, else one an OCPU. The primary one counts. */
export function maxVnics({ shape, ocpus }: Pick<ShapeSize, "shape" | "ocpus">): number {
  const { vnics = 1, memoryPerOcpu } = SHAPE_SIZES[shape] ?? {};
  return memoryPerOcpu === undefined ? vnics : Math.min(vnics, Math.max(2, ocpus));
}

/** What the service tells of a size. */
export function shapeConfig({ shape, ocpus, memoryGb }: ShapeSize): Attributes {
  const { gbps = 1, memoryPerOcpu, processor = "" } = SHAPE_SIZES[shape] ?? {};
  return {
    baselineOcpuUtilization: null,
    gpuDescription: null,
    gpus: 0,
    localDiskDescription: null,
    localDisks: 0,
    localDisksTotalSizeInGBs: 0,
    localVolumeSizeInGBs: null,
    maxVnicAttachments: maxVnics({ shape, ocpus }),
    memoryInGBs: memoryGb,
    networkingBandwidthInGbps: memoryPerOcpu === undefined ? gbps : Math.min(gbps, ocpus),
    nvmes: 0,
    ocpus,
    processorDescription: processor,
    resourceManagement: null,
    vcpus: isX86(shape) ? ocpus * 2 : ocpus,
  };
}

/** A shape, as a list of them has it. */
export function shapeFields(shape: string): Attributes {
  const { ocpus = 1, memoryGb = 1, gbps = 1, vnics = 1, memoryPerOcpu, processor = "" } = SHAPE_SIZES[shape] ?? {};
  const common = {
    shape,
    billingType: FREE_SHAPES.includes(shape) ? "ALWAYS_FREE" : "PAID",
    gpus: 0,
    localDisks: 0,
    isLiveMigrationSupported: false,
    networkPorts: 1,
    processorDescription: processor,
    platformConfigOptions: null,
  };
  if (memoryPerOcpu === undefined)
    return {
      ...common,
      isFlexible: false,
      ocpus,
      memoryInGBs: memoryGb,
      maxVnicAttachments: vnics,
      networkingBandwidthInGbps: gbps,
    };
  return {
    ...common,
    isFlexible: true,
    ocpus: 1,
    memoryInGBs: memoryPerOcpu,
    ocpuOptions: { min: 1, max: ocpus },
    memoryOptions: {
      minInGBs: 1,
      maxInGBs: memoryGb,
      defaultPerOcpuInGBs: memoryPerOcpu,
      minPerOcpuInGBs: 1,
      maxPerOcpuInGBs: 64,
    },
    maxVnicAttachments: 2,
    maxVnicAttachmentOptions: { min: 2, max: vnics, defaultPerOcpu: 1 },
    networkingBandwidthInGbps: 1,
    networkingBandwidthOptions: { minInGbps: 1, maxInGbps: gbps, defaultPerOcpuInGbps: 1 },
  };
}

/** Marks what a free account may keep. */
export function systemTags({ account }: OciTenancy): Tags {
  return account === "always-free" ? { "orcl-cloud.free-tier-retained": "true" } : {};
}
