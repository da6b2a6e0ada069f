/** Ampere Altra, arm64: 1 OCPU is one core. */
export const A1_SHAPE = "VM.Standard.A1.Flex";
/** AMD, x86_64: 1/8 OCPU and 1 GB. */
export const MICRO_SHAPE = "VM.Standard.E2.1.Micro";
