/** Where a boot can end, in its order: at the firmware, in the kernel, before the root disk, in cloud-init. */
export const BOOT_STOPS = ["no-device", "uefi-shell", "kernel-panic", "emergency", "cloud-init"] as const;
/** One of them. */
export type BootStop = (typeof BOOT_STOPS)[number];
