/** Calls that make containers, of a template or of a backup, and remove them (pve-container, API2/LXC.pm). */
import { backupIn, restoreContainer } from "../model/backups.ts";
import { mountedVolume, mountKeys } from "../model/container-volumes.ts";
import {
  assertRemovable,
  assertUnusedByContainer,
  containerOf,
  createContainer,
  destroyContainer,
  startContainer,
} from "../model/containers.ts";
import { again, assertQuorum, type Pve } from "../model/context.ts";
import { failure } from "../model/errors.ts";
import { assertMay, assertMayVm } from "../model/permissions.ts";
import { poolOf } from "../model/pools.ts";
import { imageStorage } from "../model/vm-drives.ts";
import { container, optionsOf } from "./container-calls.ts";
import { assertMaySetContainer } from "./container-permissions.ts";
import type { Data, Parameters } from "./http.ts";
import { flag, given } from "./values.ts";
import { task } from "./vm-calls.ts";

/** `POST nodes/{node}/lxc` */
export function create(pve: Pve, parameters: Parameters): Data {
  const { pool = "", ostemplate: template = "", storage = "local" } = parameters;
  const vmid = Number(parameters["vmid"]);
  assertQuorum(pve);
  if (parameters["restore"] === "1") return restore(pve, parameters);
  const isPrivileged = flag(parameters, "unprivileged") === false;
  if (isPrivileged) assertMay(pve, "/", ["Sys.Modify"]);
  assertUnusedByContainer(pve, vmid);
  if (pool !== "") poolOf(pve, pool);
  assertMayVm(pve, vmid, pool, ["VM.Allocate"]);
  const options = withStorage(optionsOf(parameters), storage);
  const fresh = { vmid, config: isPrivileged ? {} : { unprivileged: "1" } };
  assertMaySetContainer(pve, fresh, pool, options, []);
  assertMay(pve, `/storage/${template.split(":")[0] ?? ""}`, ["Datastore.AllocateSpace", "Datastore.Audit"], true);
  for (const key of mountKeys(options)) {
    const volid = mountedVolume(options[key] ?? "");
    if (volid === undefined) continue;
    const [id = ""] = volid.split(":");
    imageStorage({ pve, host: pve.host }, id, "rootdir");
    assertMay(pve, `/storage/${id}`, ["Datastore.AllocateSpace"]);
  }
  return task(pve, "vzcreate", vmid, () => {
    const later = again(pve);
    const made = createContainer(later, { vmid, template, options, isPrivileged, pool });
    if (parameters["start"] === "1") startContainer(later, made);
  });
}

/** The same call, of a backup. */
function restore(pve: Pve, parameters: Parameters): Data {
  const { pool = "", ostemplate: volid = "", storage } = parameters;
  const vmid = Number(parameters["vmid"]);
  const isReplaced = parameters["force"] === "1" && pve.datacenter.containers?.[vmid] !== undefined;
  if (!isReplaced) assertUnusedByContainer(pve, vmid);
  if (pool !== "") poolOf(pve, pool);
  assertMayVm(pve, vmid, pool, ["VM.Allocate"]);
  assertMay(pve, `/storage/${volid.split(":")[0] ?? ""}`, ["Datastore.AllocateSpace", "Datastore.Audit"], true);
  return task(pve, "vzrestore", vmid, () => {
    const later = again(pve);
    backupIn(later.host, volid);
    if (isReplaced) destroyContainer(later, containerOf(later, vmid), false);
    const made = restoreContainer(later, { vmid, volid, pool, ...given("storage", storage) });
    if (parameters["start"] === "1") startContainer(later, made);
  });
}

/** A bare number of GiB is a volume on the storage of the call; without a root file system there is one of 4 GiB. */
function withStorage(options: Parameters, storage: string): Parameters {
  const mounts = mountKeys(options);
  if (mounts.length > 0 && options["rootfs"] === undefined)
    throw failure("mount points configured, but 'rootfs' not set - aborting");
  const named = mounts.map((key): [string, string] => {
    const value = options[key] ?? "";
    return [key, /^\d+(\.\d+)?(,|$)/.test(value) ? `${storage}:${value}` : value];
  });
  return { rootfs: `${storage}:4`, ...options, ...Object.fromEntries(named) };
}

/** `DELETE nodes/{node}/lxc/{vmid}` */
export function destroy(pve: Pve, parameters: Parameters): Data {
  const guest = container(pve, parameters);
  const force = parameters["force"] === "1";
  assertRemovable(pve, guest, force);
  return task(pve, "vzdestroy", guest.vmid, () => {
    const later = again(pve);
    destroyContainer(later, container(later, parameters), force);
  });
}
