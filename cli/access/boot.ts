/** What the serial console of a host says of its boot. OCI has an instance RUNNING whether or not anything boots on it. */
import { stripVTControlCharacters } from "node:util";

/** Where the kernel of Arm begins to speak; what comes before is the firmware's, or an earlier boot's. */
const KERNEL = /Booting Linux on physical CPU|EFI stub: /g;

const IMAGE = '"A host that does not boot" in docs/troubleshooting.md says what to do';

/** In the order that they are looked for in: what fails late leaves the signs of what went well before it. */
const SIGNS: readonly { readonly sign: RegExp; readonly means: string }[] = [
  {
    sign: /UEFI Interactive Shell|^Shell>/m,
    means: `the firmware found nothing to boot and opened its UEFI shell: the image is damaged, or was imported for another firmware or architecture; ${IMAGE}`,
  },
  {
    sign: /No bootable (option|device)|Reboot and Select proper Boot device/i,
    means: `the firmware found no bootable device: the boot volume is empty or not attached as the image needs it; ${IMAGE}`,
  },
  {
    sign: /Kernel panic - not syncing/,
    means: "the kernel panicked; its last lines say at what",
  },
  {
    sign: /You are in emergency mode|Entering emergency mode|Dropping to a shell|\(initramfs\)/,
    means:
      "Linux began to boot and did not find a disk or a file system that it waits for, and is in emergency mode; its last lines say which",
  },
  {
    sign: /Failed to start .*cloud-(init|config|final)|Datasource DataSourceNone|Used fallback datasource|cloud-init\[\d+\]:.*(Traceback|ERROR)/,
    means:
      "Linux runs, and cloud-init failed: the host got neither its SSH keys nor its configuration; terminate the instance and run npx cdktf deploy oci",
  },
  {
    sign: /^\S+ login:/m,
    means:
      "the host has booted up to its login, so it is the way there that is shut: is your address among access.adminCidrs, and does your network let port 22 out?",
  },
];

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1)?.trim() ?? "";
}

/**
 * What became of the last boot, in a sentence.
 *
 * @param output the serial console's, the oldest first
 *
 * @example
 * bootOf("BdsDxe: loading Boot0001\nUEFI Interactive Shell v2.2\nShell>"); // "the firmware found nothing to boot …"
 */
export function bootOf(output: string): string {
  // Firmware and systemd colour what they say.
  const text = stripVTControlCharacters(output).replaceAll("\r", "\n");
  if (text.trim() === "") return "it has said nothing: the instance has only just begun to boot, or not at all";
  const begin = [...text.matchAll(KERNEL)].at(-1)?.index ?? 0;
  const found = SIGNS.find(({ sign }) => sign.test(text.slice(begin)));
  return found?.means ?? `it is still on its way, and said last: ${lastLine(text).slice(0, 160)}`;
}
