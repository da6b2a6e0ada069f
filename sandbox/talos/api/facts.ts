/** What a machine tells of itself to every reader, also in maintenance. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { MachineError, talosOf } from "../model/machines.ts";
import { ADMIN, type Context, type Message, type Method, READERS } from "./method.ts";
import { servicesOf, type ServiceState, sinceOf } from "./running.ts";

function reader(run: (context: Context) => Message): Method {
  return { roles: READERS, run };
}

const BOOT_ID = "/proc/sys/kernel/random/boot_id";
const readSchema = z.object({ path: z.string() });

/** Read, of the one file that clients read: it is another one after each boot. */
export const read: Method = {
  roles: ADMIN,
  run({ machine }, request) {
    const { path } = readSchema.parse(request);
    if (path !== BOOT_ID) throw new MachineError("FailedPrecondition", `stat ${path}: no such file or directory`);
    const boot = machine.stage === "configured" ? `${machine.entry.configuredAt} ${machine.entry.boots ?? 0}` : "";
    const hex = createHash("sha256").update(`${machine.guest.generation} ${boot}`).digest("hex");
    const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)];
    return { bytes: Buffer.from(`${parts.join("-")}\n`) };
  },
};

/** The last of a service's events is what health checks judge it by. */
const eventOf = (state: ServiceState): string =>
  state === "Running" ? "Health check successful" : "Running pre state";

const timestampOf = (time: string) => ({ seconds: Math.floor(Date.parse(time) / 1000), nanos: 0 });

/** Methods of the machine service that only tell something. */
export const factMethods: Readonly<Record<string, Method>> = {
  Version: reader(({ machine }) => ({
    version: { tag: `v${talosOf(machine)}`, sha: "", built: "", go_version: "", os: "linux", arch: "arm64" },
    platform: { name: machine.guest.vmId === null ? "oracle" : "nocloud", mode: "cloud" },
    ...(machine.stage === "configured" && { features: { rbac: true } }),
  })),
  Hostname: reader(({ machine }) => ({
    hostname: machine.stage === "configured" ? machine.facts.hostname : "talos",
  })),
  ServiceList: reader((context) => ({
    services: servicesOf(context).map(({ id, state }) => ({
      id,
      state,
      events: { events: [{ msg: eventOf(state), state, ts: timestampOf(sinceOf(context)) }] },
      health: { unknown: state !== "Running", healthy: state === "Running", last_message: "" },
    })),
  })),
  Memory: reader(({ machine: { guest } }) => {
    const total = guest.memoryMb * 1024;
    return { meminfo: { memtotal: total, memfree: Math.floor(total / 2), memavailable: Math.floor(total / 2) } };
  }),
  CPUInfo: reader(({ machine: { guest } }) => ({
    cpu_info: Array.from({ length: guest.vcpus }, (_, processor) => ({ processor, model_name: "Neoverse-N1" })),
  })),
  LoadAvg: reader(() => ({ load1: 0.1, load5: 0.1, load15: 0.1 })),
  SystemStat: reader(({ world, machine }) => {
    const booted = machine.stage === "configured" ? machine.entry.configuredAt : world.now();
    const idle = { user: 0, system: 0, idle: 1 };
    return {
      boot_time: Math.floor(Date.parse(booted) / 1000),
      cpu_total: { ...idle, idle: machine.guest.vcpus },
      cpu: Array.from({ length: machine.guest.vcpus }, () => idle),
    };
  }),
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
};
