import { bootOf } from "../../../cli/clients/oci-console.ts";

const KERNEL = "EFI stub: Booting Linux Kernel...\r\n[    0.000000] Booting Linux on physical CPU 0x0\r\n";
const LOGIN = `${KERNEL}Debian GNU/Linux 13 pve-1 ttyAMA0\r\n\r\npve-1 login: `;

describe("a serial console", () => {
  it.each([
    [
      "in the UEFI shell",
      "BdsDxe: failed to load Boot0001\r\nUEFI Interactive Shell v2.2\r\nShell> ",
      "its UEFI shell",
    ],
    ["without a device", "BdsDxe: No bootable option or device was found.\r\n", "no bootable device"],
    ["after a panic", `${KERNEL}[ 1.2] Kernel panic - not syncing: VFS: Unable to mount root fs\r\n`, "panicked"],
    ["in an initramfs", `${KERNEL}ALERT! LABEL=root does not exist. Dropping to a shell!\r\n`, "in emergency mode"],
    [
      "in emergency mode",
      `${KERNEL}[\u001B[0;1;31m TIME \u001B[0m]\r\nYou are in emergency mode.\r\n`,
      "emergency mode",
    ],
    [
      "where cloud-init failed",
      `${KERNEL}[FAILED] Failed to start cloud-init.service - Cloud-init.\r\n`,
      "cloud-init failed",
    ],
    [
      "where cloud-init met no cloud",
      `${KERNEL}finished at now. Datasource DataSourceNone.\r\npve-1 login: `,
      "cloud-init failed",
    ],
    ["at its login", `${LOGIN}[ 45.1] audit: type=1400`, "access.adminCidrs"],
    [
      "of Talos that runs",
      `${KERNEL}[ 14.8] [talos] service[apid](Running): Health check successful\r\n`,
      "let port 50000 out",
    ],
    [
      "of Talos without a configuration",
      `${KERNEL}[ 9.1] [talos] \ttalosctl apply-config --insecure --nodes 10.0.0.2 --file <config.yaml> {}\r\n`,
      "booted without a configuration",
    ],
    [
      "of Talos with one that it refuses",
      `${KERNEL}[ 8.9] [talos] controller failed {"controller": "config.AcquireController", "error": "no"}\r\n`,
      "refuses the configuration",
    ],
    ["that is silent", "\r\n", "it has said nothing"],
    ["that goes on", `${KERNEL}[  OK  ] Started ssh.service\r\n`, "said last: [  OK  ] Started ssh.service"],
  ])("%s tells what became of the boot", (_where, output, means) => {
    expect(bootOf(output).means).toContain(means);
  });

  it("tells of the last boot, whatever became of the ones before it", () => {
    expect(bootOf(`${KERNEL}Kernel panic - not syncing: once\r\n${LOGIN}`).means).toContain("access.adminCidrs");
    expect(bootOf(`${LOGIN}\r\nUEFI Interactive Shell v2.2\r\nShell> `).means).toContain("UEFI shell");
  });
});
