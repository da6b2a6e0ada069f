/** What a machine tells of itself to every reader, also in maintenance. */
import { z } from "zod";
import { MachineError, talosOf } from "../model/machines.ts";
import { hostnameOf } from "../model/placed.ts";
import { MOUNTS, partitionsOf } from "../model/resources/block.ts";
import { platformOf } from "../model/resources/runtime.ts";
import { sinceOf } from "../model/services.ts";
import { ADMIN, type Context, type Message, type Method, notPlayed, READERS } from "./method.ts";

function reader(run: (context: Context) => Message): Method {
  return { roles: READERS, run };
}

/** Methods of the machine service that only tell something. */
export const factMethods: Readonly<Record<string, Method>> = {
  Version: reader(({ machine }) => ({
    version: { tag: `v${talosOf(machine)}`, sha: "", built: "", go_version: "", os: "linux", arch: "arm64" },
    platform: { name: platformOf(machine), mode: "cloud" },
    ...(machine.stage === "configured" && { features: { rbac: true } }),
  })),
  Hostname: reader(({ machine }) => ({ hostname: hostnameOf(machine) })),
  Memory: reader(({ machine: { guest } }) => {
    const total = guest.memoryMb * 1024;
    return { meminfo: { memtotal: total, memfree: Math.floor(total / 2), memavailable: Math.floor(total / 2) } };
  }),
  CPUInfo: reader(({ machine: { guest } }) => ({
    cpu_info: Array.from({ length: guest.vcpus }, (_, processor) => ({ processor, model_name: "Neoverse-N1" })),
  })),
  LoadAvg: reader(() => ({ load1: 0.1, load5: 0.1, load15: 0.1 })),
  SystemStat: reader(({ world, machine }) => {
    const idle = { user: 0, system: 0, idle: 1 };
    return {
      boot_time: Math.floor(Date.parse(sinceOf({ world, machine })) / 1000),
      cpu_total: { ...idle, idle: machine.guest.vcpus },
      cpu: Array.from({ length: machine.guest.vcpus }, () => idle),
    };
  }),
  Mounts: reader(({ machine: { guest, stage } }) => ({
    stats: MOUNTS.filter(() => stage === "configured").map(({ id, source, target }) => {
      const size = partitionsOf(guest).find(({ label }) => label === id)?.size ?? 0;
      return { filesystem: source, size, available: Math.floor(size * 0.9), mounted_on: target };
    }),
  })),
  // Nothing is counted of the traffic of cards and disks.
  NetworkDeviceStats: reader(() => ({ total: { name: "total" }, devices: [{ name: "eth0" }, { name: "lo" }] })),
  DiskStats: reader(() => ({ total: { name: "total" }, devices: [{ name: "sda" }] })),
  CPUFreqStats: notPlayed("frequencies of processors"),
  PacketCapture: notPlayed("packets of the network"),
};

/** The one disk of the virtual machine, on its virtio-scsi controller. Talos is on it from the first boot. */
export const storageMethods: Readonly<Record<string, Method>> = {
  Disks: reader(({ machine: { guest } }) => ({
    disks: [
      {
        size: guest.diskBytes,
        model: "QEMU HARDDISK",
        device_name: "/dev/sda",
        type: "HDD",
        bus_path: "/virtio0/target0:0:0/0:0:0:0",
        system_disk: true,
        subsystem: "/sys/class/block",
        readonly: false,
      },
    ],
  })),
  BlockDeviceWipe: {
    roles: ADMIN,
    run(_context, request) {
      const { devices } = wipeSchema.parse(request);
      const [device] = devices.map((each) => each.device);
      const isThere = /^sda[1-6]?$/.test(device ?? "");
      if (isThere)
        throw new MachineError(
          "FailedPrecondition",
          `blockdevice ${JSON.stringify(device)} is in use by volume "EPHEMERAL"`,
        );
      throw new MachineError("NotFound", `blockdevice ${JSON.stringify(device)} not found`);
    },
  },
};

const wipeSchema = z.object({ devices: z.array(z.object({ device: z.string() })).min(1) });

/** The clock of the world; time servers answer as it goes. */
export const timeMethods: Readonly<Record<string, Method>> = {
  Time: reader(({ world, machine }) => {
    const server = machine.stage === "configured" ? (machine.facts.timeServers[0] ?? "") : "";
    return { server, localtime: timestampOf(world.now()), remotetime: timestampOf(world.now()) };
  }),
  TimeCheck: {
    roles: READERS,
    run({ world }, request) {
      const { server } = z.object({ server: z.string() }).parse(request);
      return { server, localtime: timestampOf(world.now()), remotetime: timestampOf(world.now()) };
    },
  },
};

const timestampOf = (time: string) => ({
  seconds: Math.floor(Date.parse(time) / 1000),
  nanos: (Date.parse(time) % 1000) * 1_000_000,
});
