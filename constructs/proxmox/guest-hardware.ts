import type { VirtualEnvironmentVmConfig } from "@cdktf/provider-proxmox/virtual-environment-vm";
import type { LabConfig } from "../../config/schema.ts";
import type { Architecture } from "../../topology/types.ts";

/** Volume group and thin pool that the image makes of a boot volume's rest. */
export const THIN_POOL = { volumeGroup: "pve", thinPool: "data" } as const;
/** The storage's name in Proxmox, where the lab makes one. */
export const GUEST_STORAGE = "guests";

/**
 * The CPU of emulated guests: the A1's own. QEMU's `max`, the default, has features that are not needed and slow under TCG, such as
 * pointer authentication: an arm64 Debian took 120 s to its login prompt with it, 69 s with this one (our measurements).
 * The provider takes `host`, `max` and `custom-…` on Arm, so the cluster gets a model of its own.
 */
export const EMULATED_CPU = { type: "custom-neoverse-n1", reportedModel: "neoverse-n1" } as const;

/** What a guest's hardware depends on. */
export interface GuestKind {
  readonly virtualization: LabConfig["virtualization"];
  /** @default - the A1's */
  readonly architecture?: Architecture | undefined;
  /** @default - the host's own, and under TCG the model that the lab defines */
  readonly cpuType?: string | undefined;
}

/**
 * What every guest, and the template it is cloned from, has in common. On arm64 the provider's own defaults (SeaBIOS, qemu64,
 * IDE) do not start; `cpu.architecture` stays empty, for naming it takes root@pam's ticket.
 * Sources: qemu-server 9.2.6 `QemuServer.pm`; Talos docs on Proxmox (no VirtIO SCSI single, no ballooning).
 */
export function guestHardware({ virtualization, architecture = "arm64", cpuType }: GuestKind) {
  return {
    machine: architecture === "arm64" ? "virt" : "q35",
    bios: "ovmf",
    scsiHardware: "virtio-scsi-pci",
    operatingSystem: { type: "l26" },
    tabletDevice: false,
    serialDevice: [{ device: "socket" }],
    vga: { type: "serial0" },
    // Addresses are fixed: waiting for the agent would hold every refresh for minutes where it does not answer.
    agent: { enabled: true, waitForIp: { disabled: true } },
    cpuType: cpuType ?? (virtualization === "tcg" ? EMULATED_CPU.type : "host"),
  } as const satisfies Partial<VirtualEnvironmentVmConfig> & { cpuType: string };
}

/** What a guest's network device is. */
export interface NetworkDeviceProps {
  readonly bridge: string;
  readonly mac: string;
  /** @default - that of its bridge */
  readonly mtu?: number | undefined;
  /** @default - no tag */
  readonly vlan?: number | undefined;
}

/**
 * The guest's one network device, as an override: in JSON, Terraform wants the objects of this list whole, and the bindings
 * cannot say null, which is the one value of the deprecated `enabled` that the provider does not warn about.
 */
export function networkDevice({
  bridge,
  mac,
  mtu = 0,
  vlan = 0,
}: NetworkDeviceProps): Readonly<Record<string, unknown>> {
  return {
    bridge,
    mac_address: mac,
    mtu,
    model: "virtio",
    enabled: null,
    disconnected: false,
    firewall: false,
    queues: 0,
    rate_limit: 0,
    trunks: "",
    vlan_id: vlan,
  };
}
