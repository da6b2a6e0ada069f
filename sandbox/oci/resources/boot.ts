/** Whether an instance that OCI has RUNNING has booted, and what its serial console shows. */
import { bootStopAsked, isDown } from "../../faults/conditions.ts";
import type { BootStop } from "../../faults/boot-stops.ts";
import type { Instance } from "./instance.ts";
import type { World } from "../../world/world.ts";
import { A1_SHAPE } from "../model/shapes.ts";

/** Where its boot ends; null: at its login. Arm machines have no BIOS, and what was imported for one does not boot. */
export function bootStop(world: World, { displayName, shape, firmware }: Instance): BootStop | null {
  const noBios = shape === A1_SHAPE && firmware !== "UEFI_64";
  return bootStopAsked(world, displayName) ?? (noBios ? "uefi-shell" : null);
}

/** Whether it runs, is not switched off, and has booted. */
export function isUp(world: World, instance: Instance): boolean {
  return instance.state === "RUNNING" && !isDown(world, instance.displayName) && bootStop(world, instance) === null;
}

const FIRMWARE = ["UEFI firmware starting.", 'BdsDxe: loading Boot0001 "UEFI Misc Device"'];
const NOT_FOUND = 'BdsDxe: failed to load Boot0001 "UEFI Misc Device": Not Found';
const KERNEL = [
  "EFI stub: Booting Linux Kernel...",
  "[    0.000000] Booting Linux on physical CPU 0x0000000000 [0x413fd0c1]",
];

const LINES: Readonly<Record<BootStop, readonly string[]>> = {
  "no-device": [...FIRMWARE, NOT_FOUND, "BdsDxe: No bootable option or device was found."],
  "uefi-shell": [...FIRMWARE, NOT_FOUND, "UEFI Interactive Shell v2.2", "Shell> "],
  "kernel-panic": [
    ...FIRMWARE,
    ...KERNEL,
    "[    1.204518] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)",
  ],
  emergency: [
    ...FIRMWARE,
    ...KERNEL,
    "[ TIME ] Timed out waiting for device /dev/disk/by-label/EFI.",
    'You are in emergency mode. After logging in, type "journalctl -xb" to view',
  ],
  "cloud-init": [...FIRMWARE, ...KERNEL, "[FAILED] Failed to start cloud-init.service - Cloud-init: Network Stage."],
};

const login = (name: string): readonly string[] => [`Debian GNU/Linux 13 ${name} ttyAMA0`, "", `${name} login: `];

/** What an instance writes to its serial console once its kernel runs, where it is no Linux of ours; null: where it is. */
export type OtherConsole = (world: World, instance: Instance) => readonly string[] | null;

/** What the instance has written to its serial console since it was switched on. */
export function consoleOutput(world: World, instance: Instance, other: OtherConsole): string {
  const stop = bootStop(world, instance);
  if (stop !== null) return LINES[stop].join("\r\n");
  return [...FIRMWARE, ...KERNEL, ...(other(world, instance) ?? login(instance.displayName))].join("\r\n");
}
