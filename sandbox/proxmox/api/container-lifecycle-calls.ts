/** Calls that clone containers, make templates of them, and grow and move their volumes (pve-container, API2/LXC.pm). */
import { mountKeys, mountedVolume } from "../model/container-volumes.ts";
import { cloneContainer, makeContainerTemplate, moveVolume, resizeMount } from "../model/container-lifecycle.ts";
import { startContainer } from "../model/containers.ts";
import { again, assertQuorum, nodeNamed, type Pve } from "../model/context.ts";
import { failure } from "../model/errors.ts";
import { assertMay, assertMayVm } from "../model/permissions.ts";
import { poolOf } from "../model/pools.ts";
import { parseSize } from "../model/properties.ts";
import { assertUnlocked } from "../model/vm-lock.ts";
import { container, told } from "./container-calls.ts";
import type { Data, Parameters } from "./http.ts";
import { flag, given } from "./values.ts";
import { task } from "./vm-calls.ts";
import type { Guests } from "./vm-snapshot-calls.ts";

/** Their snapshots. */
export const SNAPSHOTS: Guests = {
  path: "nodes/{node}/lxc/{vmid}",
  prefix: "vz",
  reserved: ["current", "vzdump"],
  hasState: false,
  of: container,
  start: startContainer,
  told,
};

/** `POST nodes/{node}/lxc/{vmid}/clone` */
export function clone(pve: Pve, parameters: Parameters): Data {
  const source = container(pve, parameters);
  const { newid: text, hostname, description, pool = "", snapname, storage, target } = parameters;
  const newid = Number(text);
  if (pool !== "") poolOf(pve, pool);
  assertMayVm(pve, newid, pool, ["VM.Allocate"]);
  if (storage !== undefined) assertMay(pve, `/storage/${storage}`, ["Datastore.AllocateSpace"]);
  if (target !== undefined && target !== pve.host.name) {
    nodeNamed(pve, target);
    throw failure(`can't clone CT to node '${target}' (CT uses local storage)`);
  }
  assertQuorum(pve);
  const request = {
    newid,
    pool,
    ...given("hostname", hostname),
    ...given("description", description),
    ...given("full", flag(parameters, "full")),
    ...given("snapname", snapname),
    ...given("storage", storage),
  };
  return task(pve, "vzclone", source.vmid, () => {
    const later = again(pve);
    cloneContainer(later, container(later, parameters), request);
  });
}

/** Answers nothing: nobody is told of the task. */
export function template(pve: Pve, parameters: Parameters): void {
  makeContainerTemplate(pve, container(pve, parameters));
}

/** `PUT nodes/{node}/lxc/{vmid}/resize` */
export function resize(pve: Pve, parameters: Parameters): Data {
  const guest = container(pve, parameters);
  const { disk = "", size: text = "" } = parameters;
  const bytes = parseSize(text.replace(/^\+/, ""));
  if (bytes === undefined) throw failure("invalid size string");
  assertUnlocked(guest);
  const volume = pve.host.volumes[mountedVolume(guest.config[disk] ?? "") ?? ""];
  if (!volume) throw failure(`mount point '${disk}' has no volume`);
  const size = text.startsWith("+") ? volume.size + bytes : bytes;
  if (size < volume.size) throw failure("unable to shrink disk size");
  if (size === volume.size) throw failure("disk is already at specified size");
  return task(pve, "resize", guest.vmid, () => {
    const later = again(pve);
    resizeMount(later, container(later, parameters), disk, size);
  });
}

/** `POST nodes/{node}/lxc/{vmid}/move_volume` */
export function move(pve: Pve, parameters: Parameters): Data {
  const guest = container(pve, parameters);
  const { volume: key = "", storage } = parameters;
  if (storage === undefined) throw failure("volumes of containers are moved to other storages only here");
  assertMay(pve, `/storage/${storage}`, ["Datastore.AllocateSpace"]);
  assertUnlocked(guest);
  if (guest.running) throw failure("cannot move volumes of a running container");
  if (!mountKeys(guest.config).includes(key))
    throw failure(`cannot move volume '${key}', only configured volumes can be moved to another storage`);
  return task(pve, "move_volume", guest.vmid, () => {
    const later = again(pve);
    moveVolume(later, container(later, parameters), { key, storage, isRemoved: parameters["delete"] === "1" });
  });
}
