/** Starting and stopping virtual machines. What QEMU or PVE would not start on a host of that kind, this does not start. */
import { assertUnlocked } from "./vm-lock.ts";
import type { PveHost, Vm } from "../../world/proxmox.ts";
import { assertQuorum, type Pve } from "./context.ts";
import { reportedModel } from "./cpu-models.ts";
import { failure, PveError } from "./errors.ts";
import { isRunning } from "./hosts.ts";
import { assignAddresses, leaseAtHome } from "./ipam.ts";
import { properties } from "./properties.ts";
import { bridgeExists } from "./sdn.ts";
import { hostOf, memoryMb } from "./vm-config.ts";
import { driveKeys, volumeId } from "./vm-drives.ts";

/** Models that the Core i5 of a machine at home has all of: no AVX-512 (x86-64-v4), and nothing of another vendor's. */
const X86_HOST_RUNS = new Set("host max kvm32 kvm64 qemu32 qemu64 x86-64-v2 x86-64-v2-AES x86-64-v3".split(" "));

/** Whether a virtual machine runs: it does not while its host is down, and not after that host was replaced. */
export function runs(pve: Pick<Pve, "world">, vm: Vm): boolean {
  return vm.running && isRunning(pve.world, vm.instanceId);
}

/** Starts a machine. @throws PveError in PVE's or QEMU's words */
export function startVm(pve: Pve, vm: Vm, skipLock = false): void {
  const host = hostOf(pve, vm);
  if (!skipLock) assertUnlocked(vm);
  assertQuorum(pve);
  if (vm.config.template === "1") throw failure("you can't start a vm if it's a template");
  if (runs(pve, vm)) throw failure(`VM ${vm.vmid} already running`);
  assertVolumes(host, vm);
  assertHardware(pve, host, vm.config);
  assertBridges(pve, host, vm);
  assertLeases(pve, vm);
  if (host.kind !== undefined) leaseAtHome(pve, vm);
  vm.running = true;
  vm.startedAt = pve.world.now();
  pve.world.changed();
}

/** Stops a machine; that it does not run is fine. @throws PveError */
export function stopVm(pve: Pve, vm: Vm, skipLock = false): void {
  hostOf(pve, vm);
  if (!skipLock) assertUnlocked(vm);
  vm.running = false;
  vm.paused = false;
  pve.world.changed();
}

/** The script that plugs a network device in fails where the IPAM has no address left for it. */
function assertLeases(pve: Pve, vm: Vm): void {
  try {
    assignAddresses(pve, vm);
  } catch {
    throw failure("start failed: QEMU exited with code 1");
  }
}

function assertVolumes(host: PveHost, { config }: Vm): void {
  for (const key of driveKeys(config)) {
    const volid = volumeId(config[key] ?? "");
    if (volid === undefined || host.volumes[volid]) continue;
    const [storage, name] = volid.split(":");
    throw failure(storage === "local" ? `volume '${volid}' does not exist` : `no such logical volume pve/${name}`);
  }
}

function assertHardware(pve: Pve, host: PveHost, config: Readonly<Record<string, string>>): void {
  if (host.kind === "x86-kvm") assertX86(pve, config);
  else assertAarch64(pve, config, host.kind === "arm-kvm");
  const vcpus = Number(config.sockets ?? "1") * Number(config.cores ?? "1");
  if (vcpus > host.cpus) throw failure(`MAX ${host.cpus} vcpus allowed per VM on this node`);
  if (memoryMb(config.memory) > host.memoryMb) {
    const [program, ram] = host.kind === "x86-kvm" ? ["kvm", "pc.ram"] : ["qemu-system-aarch64", "mach-virt.ram"];
    throw failure(`${program}: cannot set up guest memory '${ram}': Cannot allocate memory`);
  }
}

function assertAarch64(pve: Pve, config: Readonly<Record<string, string>>, hasKvm: boolean): void {
  // PVE takes KVM for granted where guest and host are of one architecture; an A1 instance has no /dev/kvm.
  const kvm = config.kvm !== "0";
  if (kvm && !hasKvm) {
    throw failure(
      "KVM virtualisation configured, but not available. Either disable in VM configuration or enable in BIOS.",
    );
  }
  if (reportedModel(pve, config.cpu, { arch: "aarch64", kvm }) === "host" && !kvm)
    throw failure("qemu-system-aarch64: CPU model 'host' requires KVM or HVF");
  const ide = Object.keys(config).find((key) => /^ide\d$/.test(key));
  if (ide) throw failure("aarch64 cannot use IDE devices");
  if (config.bios !== "ovmf") throw failure("aarch64 has no SeaBIOS: without bios 'ovmf' the machine has no firmware");
}

function assertX86(pve: Pve, config: Readonly<Record<string, string>>): void {
  const { arch = "x86_64", machine = "pc" } = config;
  if (arch !== "x86_64") throw new PveError(501, `machines of ${arch} on a host of x86_64 are not played here`);
  const type = properties(machine, "type").get("type") ?? "pc";
  if (type === "virt" || type.startsWith("virt-"))
    throw failure(`kvm: unsupported machine type '${type}'\nUse -machine help to list supported machines`);
  const model = reportedModel(pve, config.cpu, { arch: "x86_64", kvm: config.kvm !== "0" });
  if (config.kvm === "0" && model === "host") throw failure("kvm: CPU model 'host' requires KVM or HVF");
  if (config.kvm !== "0" && !X86_HOST_RUNS.has(model))
    throw new PveError(501, `whether the host's processor has all of CPU model '${model}' is not played here`);
}

function assertBridges(pve: Pve, host: PveHost, { config }: Vm): void {
  for (const [key, value] of Object.entries(config)) {
    if (!/^net\d+$/.test(key)) continue;
    const bridge = properties(value, "model").get("bridge");
    if (bridge !== undefined && !bridgeExists(pve, host, bridge)) {
      throw failure(`bridge '${bridge}' does not exist`);
    }
  }
}
