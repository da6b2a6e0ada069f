/** Calls about what is on a storage: files, images and backups (pve-storage 9.1.7, API2/Storage/Content.pm). */
import type { Volume } from "../../world/proxmox.ts";
import { again, type Pve } from "../model/context.ts";
import { badParameter, failure } from "../model/errors.ts";
import { assertMay } from "../model/permissions.ts";
import { parseSize } from "../model/properties.ts";
import { addVolume, removeVolume, storageOf, storageOn, volumeOn } from "../model/storage.ts";
import { startTask } from "../model/tasks.ts";
import { assertFits, vmidOf } from "../model/vm-drives.ts";
import { runs } from "../model/vm-power.ts";
import type { Data, Parameters } from "./http.ts";
import { unlessEmpty } from "./values.ts";

function volumeData(
  volid: string,
  { content, format, size, ctime = 0, backup }: Volume,
): { readonly [key: string]: Data } {
  const vmid = backup?.vmid ?? vmidOf(volid);
  return {
    volid,
    content,
    format,
    size,
    ctime,
    ...(vmid !== undefined && { vmid }),
    ...(vmid !== undefined && !backup && { used: size }),
    ...(backup && { subtype: backup.type, ...unlessEmpty("notes", backup.notes) }),
    ...(backup?.isProtected && { protected: 1 }),
  };
}

/** `GET nodes/{node}/storage/{storage}/content` */
export function content(pve: Pve, parameters: Parameters): Data {
  const { storage: id = "", content: type, vmid } = parameters;
  storageOn(pve, id, pve.host.name);
  return Object.entries(pve.host.volumes)
    .filter(([volid]) => volid.startsWith(`${id}:`))
    .filter(([, volume]) => type === undefined || volume.content === type)
    .map(([volid, volume]) => volumeData(volid, volume))
    .filter((volume) => vmid === undefined || volume.vmid === Number(vmid));
}

/** A volume may be named with its storage or without. */
function volumeIdOf({ storage: id = "", volume = "" }: Parameters): string {
  return volume.includes(":") ? volume : `${id}:${volume}`;
}

/** `GET nodes/{node}/storage/{storage}/content/{volume}` */
export function volume(pve: Pve, parameters: Parameters): Data {
  const volid = volumeIdOf(parameters);
  const found = volumeOn(pve.host, volid);
  const [id = "", name = ""] = volid.split(/:(.*)/s);
  assertMay(pve, `/storage/${id}`, ["Datastore.Audit", "Datastore.AllocateSpace"], true);
  const directory = storageOf(pve, id).path;
  const path =
    directory === undefined ? `/dev/pve/${name}` : `${directory}/${name.replace(/^iso|^vztmpl/, "template/$&")}`;
  return { path, format: found.format, size: found.size, used: found.size };
}

/** `PUT nodes/{node}/storage/{storage}/content/{volume}`: what is said of a backup. */
export function describeVolume(pve: Pve, parameters: Parameters): void {
  const volid = volumeIdOf(parameters);
  const found = volumeOn(pve.host, volid);
  const { notes, protected: isProtected } = parameters;
  if (!found.backup) {
    const attribute = notes === undefined ? "protected" : "notes";
    throw failure(`attribute '${attribute}' is not supported for storage type and volume '${volid}'`);
  }
  const backup = {
    ...found.backup,
    ...(notes !== undefined && { notes }),
    ...(isProtected !== undefined && { isProtected: isProtected === "1" }),
  };
  pve.host.volumes[volid] = { ...found, backup };
  pve.world.changed();
}

/** `POST nodes/{node}/storage/{storage}/content`: an image for a guest, in KiB or by M or G. */
export function allocateVolume(pve: Pve, parameters: Parameters): Data {
  const { storage: id = "", filename = "", size: text = "", vmid = "" } = parameters;
  const [, digits = "", unit = "K"] = /^(\d+)([MG]?)$/.exec(text) ?? [];
  const bytes = parseSize(`${digits}${unit || "K"}`);
  if (bytes === undefined) throw badParameter({ size: `unable to parse size '${text}'` });
  const named = /\.(raw|qcow2|vmdk)$/.exec(filename)?.[1];
  const { format = named ?? "raw" } = parameters;
  if (named !== undefined && format !== named)
    throw badParameter({ format: `different storage formats (${format} != ${named})` });
  const { path } = storageOn(pve, id, pve.host.name);
  if (!filename.startsWith(`vm-${vmid}-`)) throw failure(`illegal name '${filename}' - should be 'vm-${vmid}-*'`);
  const volid = path === undefined ? `${id}:${filename}` : `${id}:${vmid}/${filename}`;
  if (pve.host.volumes[volid])
    throw failure(
      path === undefined ? `lvcreate 'pve/${filename}' error: exists` : `disk image '${volid}' already exists`,
    );
  assertFits(pve.host, id, bytes);
  addVolume(pve, pve.host, volid, { content: "images", format, size: bytes, source: null });
  return volid;
}

/** `DELETE nodes/{node}/storage/{storage}/content/{volume}` */
export function removeVolumeTask(pve: Pve, parameters: Parameters): Data {
  const volid = volumeIdOf(parameters);
  const [id = ""] = volid.split(":");
  const owner = vmidOf(volid);
  assertMay(pve, `/storage/${id}`, ["Datastore.Allocate"]);
  // Of a directory what is not there is deleted too, with a warning in the task's log.
  if (storageOn(pve, id, pve.host.name).type !== "dir") volumeOn(pve.host, volid);
  if (pve.host.volumes[volid]?.backup?.isProtected) throw failure(`can't remove archive '${volid}' - it is protected`);
  return startTask(pve, "imgdel", owner === undefined ? id : `${owner}@${id}`, (log) => {
    const later = again(pve);
    assertClosed(later, volid);
    if (later.host.volumes[volid]) removeVolume(later, later.host.name, volid);
    else log(`disk image '${volid}' does not exist`);
  });
}

/** What a machine that runs has open LVM does not remove; a file goes all the same. */
function assertClosed(pve: Pve, volid: string): void {
  const isOpen = Object.values(pve.datacenter.vms).some(
    (machine) =>
      machine.node === pve.host.name &&
      runs(pve, machine) &&
      Object.values(machine.config).some((value) => value.split(",")[0] === volid),
  );
  if (!isOpen || volid.includes("/")) return;
  const lv = `pve/${volid.split(":")[1] ?? ""}`;
  throw failure(`lvremove '${lv}' error:   Logical volume ${lv} in use.`);
}
