/** The two shapes that an Always Free account can launch. */
import type { Attributes } from "../../plugin/resource.ts";
import type { OciTenancy, Tags } from "../../world/oci.ts";
import { invalid } from "./refusals.ts";

/** Arm, of a size that is said. */
export const A1_SHAPE = "VM.Standard.A1.Flex";
/** x86, of one size. */
export const MICRO_SHAPE = "VM.Standard.E2.1.Micro";
/** All that the sandbox has. */
export const SHAPES = [A1_SHAPE, MICRO_SHAPE] as const;

/** A shape of a size. */
export interface ShapeSize {
  readonly shape: string;
  readonly ocpus: number;
  readonly memoryGb: number;
}

const SERVICE = "Core Instance";

/** @throws when the shape is none the sandbox has, or the size is none the shape allows. */
export function shapeSize(
  shape: string,
  config: { readonly ocpus: number | null; readonly memoryInGBs: number | null },
): ShapeSize {
  if (shape === MICRO_SHAPE) return { shape, ocpus: 1, memoryGb: 1 };
  if (shape !== A1_SHAPE)
    throw invalid(SERVICE, `Shape ${shape} is not valid; the sandbox has ${SHAPES.join(" and ")}.`, "shape");
  const { ocpus } = config;
  if (ocpus === null)
    throw invalid(SERVICE, `shapeConfig.ocpus is required for the flexible shape ${shape}.`, "shape_config.ocpus");
  const memoryGb = config.memoryInGBs ?? ocpus * 6;
  // Oracle's page on flexible shapes: 1-80 OCPUs; at least 1 GB, 1-64 GB for each OCPU, 512 GB in all.
  if (!Number.isInteger(ocpus) || ocpus < 1 || ocpus > 80)
    throw invalid(SERVICE, `ocpus ${ocpus} is not valid for ${shape}: 1 to 80.`, "shape_config.ocpus");
  if (memoryGb < ocpus || memoryGb > Math.min(512, ocpus * 64))
    throw invalid(
      SERVICE,
      `memoryInGBs ${memoryGb} is not valid for ${ocpus} OCPUs of ${shape}: ${ocpus} to ${Math.min(512, ocpus * 64)}.`,
      "shape_config.memory_in_gbs",
    );
  return { shape, ocpus, memoryGb };
}

/** Oracle's page on compute shapes: A1 has two VNICs with one OCPU, else one an OCPU, 24 at most. The primary one counts. */
export function maxVnics({ shape, ocpus }: Pick<ShapeSize, "shape" | "ocpus">): number {
  return shape === A1_SHAPE ? Math.min(24, Math.max(2, ocpus)) : 1;
}

/** What the service tells of a size. */
export function shapeConfig({ shape, ocpus, memoryGb }: ShapeSize): Attributes {
  const arm = shape === A1_SHAPE;
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
    networkingBandwidthInGbps: arm ? Math.min(40, ocpus) : 0.48,
    nvmes: 0,
    ocpus,
    processorDescription: arm ? "3.0 GHz Ampere® Altra™" : "2.0 GHz AMD EPYC™ 7551 (Naples)",
    resourceManagement: null,
    vcpus: arm ? ocpus : ocpus * 2,
  };
}

/** Marks what a free account may keep. */
export function systemTags({ account }: OciTenancy): Tags {
  return account === "always-free" ? { "orcl-cloud.free-tier-retained": "true" } : {};
}
