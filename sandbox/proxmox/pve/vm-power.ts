/** Starting and stopping virtual machines. What QEMU or PVE would not start on an A1 host, this does not start. */
import type { PveHost, Vm } from "../../world/proxmox.ts";
import { assertQuorum, type Pve } from "./context.ts";
import { reportedModel } from "./cpu-models.ts";
import { failure } from "./errors.ts";
import { isRunning } from "./hosts.ts";
import { assignAddresses } from "./ipam.ts";
import { properties } from "./properties.ts";
import { bridgeExists } from "./sdn.ts";
import { hostOf, memoryMb } from "./vm-config.ts";
import { driveKeys, volumeId } from "./vm-drives.ts";

/** Whether a virtual machine runs: it does not while its host is down, and not after that host was replaced. */
export function runs(pve: Pick<Pve, "world">, vm: Vm): boolean {
  return vm.running && isRunning(pve.world, vm.instanceId);
}

export function startVm(pve: Pve, vm: Vm): void {
  const host = hostOf(pve, vm);
  assertQuorum(pve);
  if (vm.config.template === "1") throw failure("you can't start a vm if it's a template");
  if (runs(pve, vm)) throw failure(`VM ${vm.vmid} already running`);
  assertVolumes(host, vm);
  assertHardware(pve, host, vm.config);
  assertBridges(pve, vm);
  assertLeases(pve, vm);
  vm.running = true;
  vm.startedAt = pve.world.now();
  pve.world.changed();
}

export function stopVm(pve: Pve, vm: Vm): void {
  hostOf(pve, vm);
  vm.running = false;
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
  // PVE takes KVM for granted where guest and host are of one architecture; an A1 instance has no /dev/kvm.
  if (config.kvm !== "0") {
    throw failure(
      "KVM virtualisation configured, but not available. Either disable in VM configuration or enable in BIOS.",
    );
  }
  if (reportedModel(pve, config.cpu) === "host")
    throw failure("qemu-system-aarch64: CPU model 'host' requires KVM or HVF");
  const ide = Object.keys(config).find((key) => /^ide\d$/.test(key));
  if (ide) throw failure("aarch64 cannot use IDE devices");
  if (config.bios !== "ovmf") throw failure("aarch64 has no SeaBIOS: without bios 'ovmf' the machine has no firmware");
  const vcpus = Number(config.sockets ?? "1") * Number(config.cores ?? "1");
  if (vcpus > host.cpus) throw failure(`MAX ${host.cpus} vcpus allowed per VM on this node`);
  if (memoryMb(config.memory) > host.memoryMb) {
    throw failure("qemu-system-aarch64: cannot set up guest memory 'mach-virt.ram': Cannot allocate memory");
  }
}

function assertBridges(pve: Pve, { config, node }: Vm): void {
  for (const [key, value] of Object.entries(config)) {
    if (!/^net\d+$/.test(key)) continue;
    const bridge = properties(value, "model").get("bridge");
    if (bridge !== undefined && !bridgeExists(pve, node, bridge)) {
      throw failure(`bridge '${bridge}' does not exist`);
    }
  }
}
