/** The disk of a host, as the installer leaves it: boot partitions, and a volume group with root and the pool for guests (pve-storage 9.1.7). */
import type { PveHost } from "../../world/proxmox.ts";
import type { Pve } from "../model/context.ts";
import { badParameter, failure } from "../model/errors.ts";
import { usage } from "../model/storage.ts";
import type { Data, Parameters } from "./http.ts";
import { get, type Route } from "./route.ts";

const NODE = "nodes/{node}";
const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
const ROOT_BYTES = 20 * GIB;
/** BIOS boot, EFI, and the group. */
const BOOT_BYTES = MIB;
const EFI_BYTES = GIB;
/** Swap, and what LVM keeps back. */
const SWAP_BYTES = 8 * GIB;
const KEPT_BYTES = 16 * GIB;
const METADATA_BYTES = 128 * MIB;

const isHome = ({ kind }: PveHost): boolean => kind !== undefined;
const deviceOf = (host: PveHost): string => (isHome(host) ? "/dev/nvme0n1" : "/dev/sda");
const partitionOf = (host: PveHost, n: number): string => `${deviceOf(host)}${isHome(host) ? "p" : ""}${n}`;
const groupBytes = ({ rootBytes = ROOT_BYTES, thinPoolBytes }: PveHost): number =>
  rootBytes + thinPoolBytes + SWAP_BYTES + KEPT_BYTES;

function list({ host }: Pve, parameters: Parameters): Data {
  const size = groupBytes(host) + EFI_BYTES + BOOT_BYTES;
  // What is in use is none that waits for a use.
  if (parameters["type"] !== undefined) return [];
  const withPartitions = parameters["include-partitions"] === "1";
  const same = { gpt: 1, osdid: -1, "osdid-list": null, wwn: "unknown" };
  const disk = {
    ...same,
    devpath: deviceOf(host),
    size,
    type: isHome(host) ? "nvme" : "ssd",
    model: isHome(host) ? "Samsung SSD 980 PRO" : "BlockVolume",
    vendor: isHome(host) ? "unknown" : "ORACLE",
    serial: isHome(host) ? "S5GXNX0T000000" : "unknown",
    health: isHome(host) ? "PASSED" : "UNKNOWN",
    wearout: isHome(host) ? 99 : "N/A",
    rpm: 0,
    used: withPartitions ? "partitions" : "BIOS boot",
  };
  const parts: readonly (readonly [number, string])[] = [
    [BOOT_BYTES, "BIOS boot"],
    [EFI_BYTES, "EFI"],
    [groupBytes(host), "LVM"],
  ];
  const partitions = parts.map(([bytes, used], index) => {
    return {
      ...same,
      devpath: partitionOf(host, index + 1),
      parent: deviceOf(host),
      size: bytes,
      used,
      type: "partition",
    };
  });
  return [disk, ...(withPartitions ? partitions : [])];
}

function smart({ host }: Pve, { disk = "", healthonly }: Parameters): Data {
  if (!/^\/dev\/[a-zA-Z0-9/]+$/.test(disk)) throw badParameter({ disk: "value does not match the regex pattern" });
  if (disk !== deviceOf(host)) throw failure(`Disk '${disk}' does not exist`);
  if (!isHome(host)) return { health: "UNKNOWN" };
  const text =
    "\nSMART/Health Information (NVMe Log 0x02)\nCritical Warning:                   0x00\nPercentage Used:                    1%\n";
  return { health: "PASSED", ...(healthonly !== "1" && { type: "text", text }) };
}

function groups({ host }: Pve): Data {
  const [size, free] = [groupBytes(host), KEPT_BYTES];
  const volume = { name: partitionOf(host, 3), size, free, leaf: 1 };
  return { leaf: 0, children: [{ name: "pve", size, free, lvcount: 3, leaf: 0, children: [volume] }] };
}

function pools({ host, datacenter }: Pve): Data {
  const pool = Object.entries(datacenter.storages).find(([, { type }]) => type === "lvmthin");
  const used = pool === undefined ? 0 : usage(host, ...pool).used;
  return [
    {
      vg: "pve",
      lv: "data",
      lv_size: host.thinPoolBytes,
      used,
      metadata_size: METADATA_BYTES,
      metadata_used: Math.floor(METADATA_BYTES / 64),
    },
  ];
}

const SCANS = ["cifs", "iscsi", "lvm", "nfs", "pbs", "zfs"];

function scanned(_pve: Pve, { server = "" }: Parameters): never {
  // Nobody serves such storages to the sandbox's hosts.
  throw failure(`command '/sbin/showmount --no-headers --exports ${server}' failed: exit code 1`);
}

/** The calls. */
export const routes: readonly Route[] = [
  get(`${NODE}/disks`, () =>
    ["directory", "initgpt", "list", "lvm", "lvmthin", "smart", "zfs"].map((name) => ({ name })),
  ),
  get(`${NODE}/disks/list`, list),
  get(`${NODE}/disks/smart`, smart),
  get(`${NODE}/disks/lvm`, groups),
  get(`${NODE}/disks/lvmthin`, pools),
  get(`${NODE}/disks/zfs`, () => []),
  get(`${NODE}/disks/directory`, () => []),
  get(`${NODE}/scan`, () => SCANS.map((method) => ({ method }))),
  get(`${NODE}/scan/lvm`, () => [{ vg: "pve" }]),
  get(`${NODE}/scan/lvmthin`, (_pve, { vg }) => (vg === "pve" ? [{ lv: "data" }] : [])),
  get(`${NODE}/scan/zfs`, () => []),
  get(`${NODE}/scan/nfs`, scanned),
];
