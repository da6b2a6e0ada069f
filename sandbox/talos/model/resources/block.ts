/** Resources of disks and volumes: one disk, as an image for both BIOS and UEFI parts it (siderolabs/talos v1.13.9, resources/block). */
import type { Guest } from "../guests.ts";
import type { Kind, Place, Resources } from "./kind.ts";

const namespace = "runtime";
const MIB = 1024 ** 2;
const SECTOR = 512;
const DISK = "/dev/sda";

interface Partition {
  readonly label: string;
  readonly size: number;
  readonly filesystem: string;
}

/** Partitions of a disk, in their order; EPHEMERAL has what the others leave (`quirks.PartitionSizes`). */
export function partitionsOf({ diskBytes }: Guest): readonly Partition[] {
  const fixed = [
    { label: "EFI", size: 100 * MIB, filesystem: "vfat" },
    { label: "BIOS", size: MIB, filesystem: "" },
    { label: "BOOT", size: 2000 * MIB, filesystem: "xfs" },
    { label: "META", size: MIB, filesystem: "talosmeta" },
    { label: "STATE", size: 100 * MIB, filesystem: "xfs" },
  ];
  const taken = fixed.reduce((sum, { size }) => sum + size, 0);
  // A table at each end, and whole mebibytes.
  return [...fixed, { label: "EPHEMERAL", size: diskBytes - taken - 8 * MIB, filesystem: "xfs" }];
}

/** As go-humanize writes sizes. */
function pretty(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  const value = bytes / 1000 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}

function volumes({ machine }: Place): Resources {
  const all = partitionsOf(machine.guest);
  const wanted = machine.stage === "maintenance" ? ["META", "STATE"] : ["META", "STATE", "EPHEMERAL"];
  return Object.fromEntries(
    wanted.map((label) => {
      const index = all.findIndex((partition) => partition.label === label);
      const { size = 0, filesystem = "" } = all[index] ?? {};
      const location = `${DISK}${index + 1}`;
      const place = { location, parentLocation: DISK, partitionIndex: index + 1, size, prettySize: pretty(size) };
      // Without a configuration nothing makes STATE ready.
      const phase = machine.stage === "maintenance" && label === "STATE" ? "located" : "ready";
      return [
        label,
        { phase, type: "partition", ...place, ...(label !== "META" && { filesystem }), mountLocation: location },
      ];
    }),
  );
}

function discovered({ machine: { guest } }: Place): Resources {
  const common = { sector_size: SECTOR, io_size: SECTOR };
  const disk = {
    ...common,
    dev_path: DISK,
    type: "disk",
    device_path: "",
    size: guest.diskBytes,
    pretty_size: pretty(guest.diskBytes),
    name: "gpt",
  };
  const parts = partitionsOf(guest).map(({ label, size, filesystem }, index) => [
    `sda${index + 1}`,
    {
      ...common,
      dev_path: `${DISK}${index + 1}`,
      type: "partition",
      device_path: "",
      parent: "sda",
      parent_dev_path: DISK,
      size,
      pretty_size: pretty(size),
      name: filesystem,
      ...(["vfat", "xfs"].includes(filesystem) && { label }),
      partition_label: label,
      partition_index: index + 1,
    },
  ]);
  return { sda: disk, ...Object.fromEntries(parts) };
}

/** Where volumes of a configured machine are mounted. */
export const MOUNTS = [
  { id: "STATE", source: "/dev/sda5", target: "/system/state", filesystem: "xfs" },
  { id: "EPHEMERAL", source: "/dev/sda6", target: "/var", filesystem: "xfs" },
] as const;

const FILESYSTEMS = "none|xfs|vfat|ext4|iso9660|swap";
const PHASES = "waiting|failed|missing|located|provisioned|prepared|ready|closed";

/** Types of disks and volumes. */
export const blockKinds: readonly Kind[] = [
  {
    type: "Disks.block.talos.dev",
    namespace,
    columns: {
      Size: "{.pretty_size}",
      "Read Only": "{.readonly}",
      Transport: "{.transport}",
      Rotational: "{.rotational}",
      WWID: "{.wwid}",
      Model: "{.model}",
      Serial: "{.serial}",
    },
    spec: `size:1=int io_size:2=int sector_size:3=int readonly:4=int model:5 bus_path:9 sub_system:10 transport:11 rotational:12=int
      cdrom:13=int dev_path:14 pretty_size:15`,
    always: ({ machine: { guest } }) => ({
      sda: {
        dev_path: DISK,
        size: guest.diskBytes,
        pretty_size: pretty(guest.diskBytes),
        io_size: SECTOR,
        sector_size: SECTOR,
        readonly: false,
        cdrom: false,
        model: "QEMU HARDDISK",
        bus_path: "/virtio0/target0:0:0/0:0:0:0",
        sub_system: "/sys/class/block",
        transport: "virtio",
        rotational: true,
      },
    }),
  },
  {
    type: "DiscoveredVolumes.block.talos.dev",
    namespace,
    columns: {
      Type: "{.type}",
      Size: "{.pretty_size}",
      Discovered: "{.name}",
      Label: "{.label}",
      PartitionLabel: "{.partition_label}",
    },
    spec: `size:1=int sector_size:2=int io_size:3=int name:4 label:6 partition_label:12 partition_index:13=int type:14
      device_path:15 parent:16 dev_path:17 parent_dev_path:18 pretty_size:19`,
    always: discovered,
  },
  {
    type: "BlockDevices.block.talos.dev",
    namespace,
    columns: { Type: "{.type}", PartitionName: "{.partitionName}", Generation: "{.generation}" },
    spec: "type:1 major:2=int minor:3=int partitionName:4 partitionNumber:5=int generation:6=int devicePath:7 parent:8",
    always: ({ machine: { guest } }) => ({
      sda: { type: "disk", major: 8, minor: 0, generation: 1, devicePath: "" },
      ...Object.fromEntries(
        partitionsOf(guest).map(({ label }, index) => [
          `sda${index + 1}`,
          {
            type: "partition",
            major: 8,
            minor: index + 1,
            partitionName: label,
            partitionNumber: index + 1,
            generation: 1,
            devicePath: "",
            parent: "sda",
          },
        ]),
      ),
    }),
  },
  {
    type: "SystemDisks.block.talos.dev",
    namespace,
    columns: { Disk: "{.diskID}" },
    spec: "diskID:1 devPath:2",
    always: () => ({ "system-disk": { diskID: "sda", devPath: DISK } }),
  },
  {
    type: "VolumeStatuses.block.talos.dev",
    namespace,
    columns: { Type: "{.type}", Phase: "{.phase}", Location: "{.location}", Size: "{.prettySize}" },
    spec: `phase:1=(${PHASES}) location:2 parentLocation:7 partitionIndex:8=int size:9=int filesystem:10=(${FILESYSTEMS})
      mountLocation:11 prettySize:13 type:16=(partition|disk|tmpfs|directory|symlink|overlay)`,
    always: volumes,
  },
  {
    type: "MountStatuses.block.talos.dev",
    namespace,
    columns: { Source: "{.source}", Target: "{.target}", Filesystem: "{.filesystem}", Volume: "{.spec.volumeID}" },
    spec: `spec:1={volumeID:1 parentID:2 requesters:3* requesterIDs:4* readOnly:5=int} target:2 source:3
      filesystem:4=(${FILESYSTEMS}) readOnly:5=int projectQuotaSupport:6=int`,
    configured: () =>
      Object.fromEntries(
        MOUNTS.map(({ id, ...mount }) => [
          id,
          {
            spec: { volumeID: id, parentID: "", readOnly: false, requesters: [], requesterIDs: [] },
            ...mount,
            readOnly: false,
            projectQuotaSupport: id === "EPHEMERAL",
          },
        ]),
      ),
  },
  {
    type: "MountStatuses.runtime.talos.dev",
    namespace,
    aliases: ["mounts"],
    columns: { Source: "{.source}", Target: "{.target}", "Filesystem Type": "{.filesystemType}" },
    spec: "source:1 target:2 filesystemType:3 options:4* encrypted:5=int",
    configured: () =>
      Object.fromEntries(
        MOUNTS.map(({ id, source, target, filesystem }) => [
          id,
          { source, target, filesystemType: filesystem, options: [], encrypted: false },
        ]),
      ),
  },
  {
    type: "DiscoveredVolumesStatuses.block.talos.dev",
    namespace,
    columns: { Ready: "{.ready}" },
    spec: "ready:1=int",
    always: () => ({ "discovered-volumes": { ready: true } }),
  },
  {
    type: "UserDiskConfigStatuses.block.talos.dev",
    namespace,
    columns: { Ready: "{.ready}" },
    spec: "ready:1=int tornDown:2=int",
    configured: () => ({ "user-disks": { ready: true, tornDown: false } }),
  },
  {
    type: "SwapStatuses.block.talos.dev",
    namespace,
    aliases: ["swap", "swaps"],
    columns: { Device: "{.device}", Size: "{.sizeHuman}", Used: "{.usedHuman}", Priority: "{.priority}" },
    spec: "device:1",
  },
];
