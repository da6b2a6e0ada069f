/** Clones and templates of containers, and volumes that grow and move (pve-container, API2/LXC.pm and LXC.pm). */
import type { PveHost, Vm, Volume } from "../../world/proxmox.ts";
import { keepUnused, mountedVolume, mountKeys, mountOf, mountString } from "./container-volumes.ts";
import { assertUnusedByContainer, containerDevice, newContainer } from "./containers.ts";
import { assertQuorum, type Pve } from "./context.ts";
import { failure } from "./errors.ts";
import { assignWhereFree } from "./ipam.ts";
import { moveToPool } from "./pools.ts";
import { formatSize } from "./properties.ts";
import { isLinkable } from "./storage.ts";
import { hostOf } from "./vm-config.ts";
import { allocate, assertFits } from "./vm-drives.ts";
import { assertUnlocked } from "./vm-lock.ts";
import { runs } from "./vm-power.ts";
import { isInSnapshot, snapshotOf } from "./vm-snapshots.ts";

/** Of the container that is cloned alone. */
const NOT_CLONED = /^(template|parent|snaptime|snapstate|lock|unused\d+)$/;

interface CloneRequest {
  readonly newid: number;
  readonly pool: string;
  readonly hostname?: string;
  readonly description?: string;
  readonly full?: boolean;
  readonly snapname?: string;
  readonly storage?: string;
}

function volumeOf(host: PveHost, volid: string): Volume {
  const found = host.volumes[volid];
  if (!found) throw failure(`volume '${volid}' does not exist`);
  return found;
}

/** Clones a container, or a snapshot of it. Every option comes along, but for MAC addresses, which are new. @throws PveError */
export function cloneContainer(pve: Pve, source: Vm, request: CloneRequest): void {
  const { newid, hostname, description, pool, snapname, storage } = request;
  const host = hostOf(pve, source);
  assertUnlocked(source);
  assertQuorum(pve);
  assertUnusedByContainer(pve, newid);
  const full = request.full ?? source.config["template"] !== "1";
  if (storage !== undefined && !full) throw failure("parameter 'storage' not allowed for linked clones");
  const { config: from } = snapname === undefined ? source : snapshotOf(source, snapname);
  if (full && snapname === undefined && runs(pve, source))
    throw failure("Full clone of a running container is only possible from a snapshot");
  const before = { ...host.volumes };
  try {
    const config: Record<string, string> = {};
    for (const [key, value] of Object.entries(from))
      if (!NOT_CLONED.test(key)) config[key] = /^net\d+$/.test(key) ? containerDevice(value, true) : value;
    for (const key of mountKeys(config)) {
      const mount = mountOf(config[key] ?? "");
      const volid = mountedVolume(config[key] ?? "");
      if (volid === undefined) throw failure(`unable to clone mountpoint '${key}' (type bind)`);
      if (!full && !isLinkable(pve, volid, snapname !== undefined))
        throw failure(`Linked clone feature for '${volid}' is not available`);
      const { size, format } = volumeOf(host, volid);
      const on = { pve, host, vmid: newid, config };
      const to = storage ?? volid.split(":")[0] ?? "";
      config[key] = mountString(
        mount.set("volume", allocate(on, to, size, format, { source: null, content: "rootdir" })),
      );
    }
    if (hostname !== undefined) config["hostname"] = hostname;
    if (description) config["description"] = `${description.trimEnd()}\n`;
    const made = newContainer(pve, host, newid, config);
    const firewall = pve.datacenter.firewalls?.[source.vmid];
    if (firewall) (pve.datacenter.firewalls ??= {})[newid] = structuredClone(firewall);
    if (pool !== "") moveToPool(pve, newid, pool);
    assignWhereFree(pve, made);
  } catch (error) {
    host.volumes = before;
    throw error;
  }
}

/** Makes a stopped container a template: its volumes become base images. @throws PveError */
export function makeContainerTemplate(pve: Pve, container: Vm): void {
  const host = hostOf(pve, container);
  assertUnlocked(container);
  if (Object.keys(container.snapshots ?? {}).length > 0)
    throw failure("unable to create template, because CT contains snapshots");
  if (container.config["template"] === "1") throw failure("you can't convert a template to a template");
  if (runs(pve, container)) throw failure("you can't convert a CT to template if the CT is running");
  assertQuorum(pve);
  for (const key of mountKeys(container.config)) {
    const value = container.config[key] ?? "";
    const volid = mountedVolume(value);
    if (volid === undefined) throw failure(`Template feature is not available for '${value.split(",")[0] ?? ""}'`);
    const base = volid.replace(/([:/])(?:vm|subvol)-/, "$1base-");
    host.volumes[base] = volumeOf(host, volid);
    delete host.volumes[volid];
    container.config[key] = mountString(mountOf(value).set("volume", base));
  }
  container.config["template"] = "1";
  pve.world.changed();
}

/** Sets the size of a mounted volume in bytes. @throws PveError */
export function resizeMount(pve: Pve, container: Vm, key: string, size: number): void {
  const host = hostOf(pve, container);
  const value = container.config[key] ?? "";
  const volid = mountedVolume(value) ?? "";
  const volume = volumeOf(host, volid);
  assertFits(host, volid.split(":")[0] ?? "", size);
  assertQuorum(pve);
  volume.size = size;
  container.config[key] = mountString(mountOf(value).set("size", formatSize(size)));
  pve.world.changed();
}

/** Moves a mounted volume to another storage of the same host; the old one is unused then, or goes. @throws PveError */
export function moveVolume(
  pve: Pve,
  container: Vm,
  { key, storage, isRemoved }: { readonly key: string; readonly storage: string; readonly isRemoved: boolean },
): void {
  const host = hostOf(pve, container);
  const { vmid, config } = container;
  const value = config[key] ?? "";
  const volid = mountedVolume(value) ?? "";
  const { size, format } = volumeOf(host, volid);
  if (isRemoved && isInSnapshot(container, volid))
    throw failure("you can't move a volume with snapshots and delete the source");
  assertQuorum(pve);
  const to = { source: null, content: "rootdir" } as const;
  const moved = allocate({ pve, host, vmid, config }, storage, size, format, to, config["template"] === "1");
  config[key] = mountString(mountOf(value).set("volume", moved));
  if (isRemoved) delete host.volumes[volid];
  else keepUnused(config, volid);
  pve.world.changed();
}
