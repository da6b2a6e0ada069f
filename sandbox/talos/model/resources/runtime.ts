/** Resources of the running system and of its hardware (siderolabs/talos v1.13.9, resources/runtime, hardware, time). */
import { bootIdOf, servicesOf } from "../services.ts";
import { talosOf } from "../machines.ts";
import { hostnameOf, type ListeningMachine } from "../placed.ts";
import type { Kind, Place, Resources } from "./kind.ts";
import type { Fields } from "./spec.ts";

const namespace = "runtime";
const STAGES = "unknown|booting|installing|maintenance|running|rebooting|shutting down|resetting|upgrading";

/** A control plane whose etcd waits for the bootstrap is booting, as it is in Talos. */
function machineStatus(place: Place): Fields {
  const waiting = servicesOf(place).filter(({ state }) => state !== "Running");
  const stage = place.machine.stage === "maintenance" ? "maintenance" : waiting.length > 0 ? "booting" : "running";
  const unmetConditions = waiting.map(({ id }) => ({ name: "services", reason: `${id} is not running` }));
  return { stage, status: { ready: unmetConditions.length === 0, unmetConditions } };
}

function services(place: Place): Resources {
  return Object.fromEntries(
    servicesOf(place).map(({ id, state }) => {
      const running = state === "Running";
      return [id, { running, healthy: running, unknown: !running }];
    }),
  );
}

const CMDLINE = "console=ttyAMA0 console=tty1 net.ifnames=0 init_on_alloc=1 slab_nomerge pti=on";

/** What a machine runs on, as Talos calls it. */
export const platformOf = ({ guest }: ListeningMachine): string => guest.platform;

/** What the boot loader gives the kernel. */
export const cmdlineOf = (machine: ListeningMachine): string => `talos.platform=${platformOf(machine)} ${CMDLINE}`;

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

/** Types of the running system. */
const system: readonly Kind[] = [
  {
    type: "MachineStatuses.runtime.talos.dev",
    namespace,
    columns: { Stage: "{.stage}", Ready: "{.status.ready}" },
    spec: `stage:1=(${STAGES}) status:2={ready:1=int unmetConditions:2*={name:1 reason:2}}`,
    always: (place) => ({ machine: machineStatus(place) }),
  },
  {
    type: "Versions.runtime.talos.dev",
    namespace,
    columns: { Name: "{.name}", Version: "{.version}" },
    spec: "version:1 name:2",
    always: ({ machine }) => ({ version: { version: `v${talosOf(machine)}`, name: "Talos" } }),
  },
  {
    type: "Services.v1alpha1.talos.dev",
    namespace,
    aliases: ["svc"],
    columns: { Running: "{.running}", Healthy: "{.healthy}", "Health Unknown": "{.unknown}" },
    spec: "running:1=int healthy:2=int unknown:3=int",
    always: services,
  },
  {
    type: "BootIDs.runtime.talos.dev",
    namespace,
    columns: { "Boot ID": "{.bootID}" },
    spec: "bootID:1",
    always: ({ machine }) => ({ bootid: { bootID: bootIdOf(machine) } }),
  },
  {
    type: "KernelCmdlines.runtime.talos.dev",
    namespace,
    aliases: ["cmdline"],
    columns: { Cmdline: "{.cmdline}" },
    spec: "cmdline:1",
    always: ({ machine }) => ({ cmdline: { cmdline: cmdlineOf(machine) } }),
  },
  {
    type: "MetaKeys.runtime.talos.dev",
    namespace,
    aliases: ["meta"],
    columns: { Value: "{.value}" },
    spec: "value:1",
    configured({ machine: { entry } }) {
      const keys = Object.entries(entry.meta ?? {});
      return Object.fromEntries(
        keys.map(([key, value]) => [`0x${Number(key).toString(16).padStart(2, "0")}`, { value }]),
      );
    },
  },
  {
    type: "MetaLoads.runtime.talos.dev",
    namespace,
    columns: { Done: "{.done}" },
    spec: "done:1=int",
    always: () => ({ "meta-loaded": { done: true } }),
  },
  {
    type: "PlatformMetadatas.talos.dev",
    namespace,
    columns: { Platform: "{.platform}", Type: "{.instanceType}", Region: "{.region}", Zone: "{.zone}" },
    spec: "platform:1 hostname:2 instanceType:5",
    always: ({ machine }) => ({ platformmetadata: { platform: platformOf(machine), hostname: hostnameOf(machine) } }),
  },
  {
    type: "SecurityStates.talos.dev",
    namespace,
    columns: {
      SecureBoot: "{.secureBoot}",
      UKISigningKeyFingerprint: "{.ukiSigningKeyFingerprint}",
      PCRSigningKeyFingerprint: "{.pcrSigningKeyFingerprint}",
      SELinuxState: "{.selinuxState}",
      ModuleSignatureEnforced: "{.moduleSignatureEnforced}",
    },
    spec: `secureBoot:1=int selinuxState:4=(disabled|permissive|enforcing) bootedWithUKI:5=int
      moduleSignatureEnforced:7=int`,
    always: () => ({
      securitystate: {
        secureBoot: false,
        selinuxState: "permissive",
        bootedWithUKI: false,
        moduleSignatureEnforced: true,
      },
    }),
  },
  {
    type: "DevicesStatuses.runtime.talos.dev",
    namespace,
    columns: { Ready: "{.ready}" },
    spec: "ready:1=int",
    always: () => ({ devices: { ready: true } }),
  },
  {
    type: "TimeStatuses.v1alpha1.talos.dev",
    namespace,
    columns: { Synced: "{.synced}" },
    spec: "synced:1=int epoch:2=int syncDisabled:3=int",
    always: () => ({ node: { synced: true, epoch: 0, syncDisabled: false } }),
  },
  // Of trouble, of watchdogs and of extension services, none of which a machine here has.
  ...["Diagnostics", "WatchdogTimerStatuses", "ExtensionServiceConfigStatuses"].map((name) => ({
    type: `${name}.runtime.talos.dev`,
    namespace,
    columns: name === "Diagnostics" ? { Message: "{.message}" } : {},
    spec: "message:1 details:2*",
  })),
  {
    type: "ExtensionStatuses.runtime.talos.dev",
    namespace,
    aliases: ["extensions"],
    columns: { Name: "{.metadata.name}", Version: "{.metadata.version}" },
    spec: "image:1 metadata:2={name:1 version:2 author:3 description:4}",
  },
];

/** Types of the hardware: QEMU's, as PVE makes it. */
const hardware: readonly Kind[] = [
  {
    type: "Processors.hardware.talos.dev",
    namespace: "hardware",
    aliases: ["cpus", "cpu"],
    columns: {
      Manufacturer: "{.manufacturer}",
      Model: "{.productName}",
      Cores: "{.coreCount}",
      Threads: "{.threadCount}",
    },
    spec: "socket:1 manufacturer:2 productName:3 coreCount:10=int threadCount:12=int",
    always: ({ machine: { guest } }) => ({
      "CPU-0": {
        socket: "CPU 0",
        manufacturer: "QEMU",
        productName: "virt",
        coreCount: guest.vcpus,
        threadCount: guest.vcpus,
      },
    }),
  },
  {
    type: "MemoryModules.hardware.talos.dev",
    namespace: "hardware",
    aliases: ["memorymodules", "ram"],
    columns: { Manufacturer: "{.manufacturer}", Model: "{.productName}", SizeMiB: "{.sizeMiB}" },
    spec: "sizeMiB:1=int deviceLocator:2 manufacturer:5",
    always: ({ machine: { guest } }) => ({
      "DIMM-0": { sizeMiB: guest.memoryMb, deviceLocator: "DIMM 0", manufacturer: "QEMU" },
    }),
  },
  {
    type: "SystemInformations.hardware.talos.dev",
    namespace: "hardware",
    aliases: ["systeminformation"],
    columns: { Manufacturer: "{.manufacturer}", ProductName: "{.productName}", Version: "{.version}", UUID: "{.uuid}" },
    spec: "manufacturer:1 productName:2 version:3 uuid:5",
    always: ({ machine: { guest } }) => ({
      systeminformation: {
        manufacturer: "QEMU",
        productName: "QEMU Virtual Machine",
        version: "virt",
        uuid: guest.generation,
      },
    }),
  },
  {
    type: "CPUStats.perf.talos.dev",
    namespace: "perf",
    columns: { User: "{.cpuTotal.user}", System: "{.cpuTotal.system}" },
    spec: "cpu:1*={user:1=double system:3=double idle:4=double} cpuTotal:2={user:1=double system:3=double idle:4=double}",
    always({ machine: { guest } }) {
      const idle = { user: 0, system: 0, idle: 1 };
      return { latest: { cpu: range(guest.vcpus).map(() => idle), cpuTotal: { ...idle, idle: guest.vcpus } } };
    },
  },
  {
    type: "MemoryStats.perf.talos.dev",
    namespace: "perf",
    columns: { Used: "{.used}", Total: "{.total}" },
    spec: "total:1=int used:2=int available:3=int",
    always({ machine: { guest } }) {
      const total = guest.memoryMb * 1024 ** 2;
      return { latest: { total, used: total / 2, available: total / 2 } };
    },
  },
];

/** Types of the running system and of its hardware. */
export const runtimeKinds: readonly Kind[] = [...system, ...hardware];
