/** What a host is made of, on its buses. */
import { type Pve } from "../model/context.ts";
import { listOf } from "./formats.ts";
import type { Data, Parameters } from "./http.ts";

interface Device {
  readonly at: string;
  readonly class: string;
  readonly device: string;
  readonly name: string;
  readonly group: number;
}

const INTEL = { id: "8086", name: "Intel Corporation" };

/** Of a machine at home with a Core i5-8500T (pci.ids). */
const HOME: readonly Device[] = [
  { at: "00.0", class: "060000", device: "3ec2", name: "8th Gen Core Processor Host Bridge/DRAM Registers", group: 0 },
  { at: "02.0", class: "030000", device: "3e92", name: "CoffeeLake-S GT2 [UHD Graphics 630]", group: 1 },
  { at: "14.0", class: "0c0330", device: "a36d", name: "Cannon Lake PCH USB 3.1 xHCI Host Controller", group: 2 },
  { at: "16.0", class: "078000", device: "a360", name: "Cannon Lake PCH HECI Controller", group: 3 },
  { at: "17.0", class: "010601", device: "a352", name: "Cannon Lake PCH SATA AHCI Controller", group: 4 },
  { at: "1f.0", class: "060100", device: "a306", name: "Q370 Chipset LPC/eSPI Controller", group: 5 },
  { at: "1f.3", class: "040300", device: "a348", name: "Cannon Lake PCH cAVS", group: 5 },
  { at: "1f.6", class: "020000", device: "15bb", name: "Ethernet Connection (7) I219-LM", group: 5 },
];

/** Memory controllers, bridges and processors, which nobody passes on (API2/Hardware/PCI.pm). */
const BLACKLIST = "05;06;0b";

/** `GET nodes/{node}/hardware/pci` */
export function pci({ host }: Pve, parameters: Parameters): Data {
  const hidden = listOf(parameters["pci-class-blacklist"] ?? BLACKLIST);
  const devices = host.kind === "x86-kvm" ? HOME : [];
  return devices
    .filter((each) => !hidden.some((prefix) => each.class.startsWith(prefix)))
    .map(({ at, class: kind, device, name, group }) => ({
      id: `0000:00:${at}`,
      class: `0x${kind}`,
      device: `0x${device}`,
      vendor: `0x${INTEL.id}`,
      iommugroup: group,
      ...(parameters["verbose"] !== "0" && { device_name: name, vendor_name: INTEL.name }),
    }));
}
