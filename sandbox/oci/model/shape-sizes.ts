/** Sizes of shapes (docs.oracle.com, Compute Shapes): the two of a free account, and what an account that pays launches most. */

interface Sized {
  readonly processor: string;
  /** Of a fixed shape; of a flexible one, what it may have. */
  readonly ocpus: number;
  readonly memoryGb: number;
  readonly gbps: number;
  readonly vnics: number;
  /** Memory for each OCPU where nothing else is said; absent: the shape is of one size. */
  readonly memoryPerOcpu?: number;
}

const SKYLAKE = "2.0 GHz Intel® Xeon® Platinum 8167M (Skylake)";
const NAPLES = "2.0 GHz AMD EPYC™ 7551 (Naples)";

/** By name. */
export const SHAPE_SIZES: Readonly<Record<string, Sized>> = {
  "VM.Standard.A1.Flex": {
    processor: "3.0 GHz Ampere® Altra™",
    ocpus: 80,
    memoryGb: 512,
    gbps: 40,
    vnics: 24,
    memoryPerOcpu: 6,
  },
  "VM.Standard.E2.1.Micro": { processor: NAPLES, ocpus: 1, memoryGb: 1, gbps: 0.48, vnics: 1 },
  "VM.Standard2.1": { processor: SKYLAKE, ocpus: 1, memoryGb: 15, gbps: 1, vnics: 2 },
  "VM.Standard2.2": { processor: SKYLAKE, ocpus: 2, memoryGb: 30, gbps: 2, vnics: 2 },
  "VM.Standard2.4": { processor: SKYLAKE, ocpus: 4, memoryGb: 60, gbps: 4.1, vnics: 4 },
  "VM.Standard2.8": { processor: SKYLAKE, ocpus: 8, memoryGb: 120, gbps: 8.2, vnics: 8 },
  "VM.Standard.E2.1": { processor: NAPLES, ocpus: 1, memoryGb: 8, gbps: 0.7, vnics: 2 },
  "VM.Standard.E2.2": { processor: NAPLES, ocpus: 2, memoryGb: 16, gbps: 1.4, vnics: 2 },
  "VM.Standard.E3.Flex": {
    processor: "2.25 GHz AMD EPYC™ 7742 (Rome)",
    ocpus: 114,
    memoryGb: 1776,
    gbps: 40,
    vnics: 24,
    memoryPerOcpu: 16,
  },
  "VM.Standard.E4.Flex": {
    processor: "2.55 GHz AMD EPYC™ 7J13 (Milan)",
    ocpus: 114,
    memoryGb: 1760,
    gbps: 40,
    vnics: 24,
    memoryPerOcpu: 16,
  },
  "VM.Standard.E5.Flex": {
    processor: "2.4 GHz AMD EPYC™ 9J14 (Genoa)",
    ocpus: 126,
    memoryGb: 1049,
    gbps: 40,
    vnics: 24,
    memoryPerOcpu: 12,
  },
  // One of E3, E4 or E5, as the service chooses.
  "VM.Standard.AMD.Generic": {
    processor: "AMD EPYC™",
    ocpus: 64,
    memoryGb: 1024,
    gbps: 40,
    vnics: 24,
    memoryPerOcpu: 16,
  },
  "VM.Standard3.Flex": {
    processor: "2.6 GHz Intel® Xeon® Platinum 8358 (Ice Lake)",
    ocpus: 32,
    memoryGb: 512,
    gbps: 32,
    vnics: 24,
    memoryPerOcpu: 16,
  },
};
