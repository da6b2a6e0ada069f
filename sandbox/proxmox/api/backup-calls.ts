/** Calls that back guests up, tell which are, and remove old backups (pve-manager 9.2, API2/VZDump.pm, Backup.pm and BackupInfo.pm). */
import type { PveHost, Vm } from "../../world/proxmox.ts";
import { backedUp, backupIn, backUp } from "../model/backups.ts";
import { again, type Pve } from "../model/context.ts";
import { badParameter, failure } from "../model/errors.ts";
import { guestOf, guestsOf, type GuestType } from "../model/guests.ts";
import { assertMay, may } from "../model/permissions.ts";
import { marked } from "../model/pruning.ts";
import { type Options, sectionOf, sectionsOf } from "../model/sections.ts";
import { storageOf, storageOn } from "../model/storage.ts";
import { startTask } from "../model/tasks.ts";
import { listOf } from "./formats.ts";
import type { Data, Parameters } from "./http.ts";
import { get, post, remove, type Route } from "./route.ts";
import { unlessEmpty } from "./values.ts";

const NODE = "nodes/{node}";
const PRUNE = `${NODE}/storage/{storage}/prunebackups`;

interface Found {
  readonly type: GuestType;
  readonly guest: Vm;
}

/** The guests that a backup, or a job of backups, is of. */
function included({ datacenter }: Pve, { vmid, all, exclude, pool, node }: Options): readonly Found[] {
  const named = listOf(vmid);
  const members = datacenter.pools[pool ?? ""]?.vms ?? [];
  const isIncluded = (id: number): boolean =>
    pool !== undefined
      ? members.includes(id)
      : all === "1"
        ? !listOf(exclude).includes(String(id))
        : named.includes(String(id));
  return guestsOf(datacenter).filter(
    ({ guest }) => isIncluded(guest.vmid) && (node === undefined || guest.node === node),
  );
}

/** `POST nodes/{node}/vzdump` */
function dump(pve: Pve, parameters: Parameters): Data {
  const { vmid, all, pool, storage = "local", compress = "0" } = parameters;
  for (const name of ["all", "exclude", "pool"])
    if (vmid !== undefined && parameters[name] !== undefined && parameters[name] !== "0")
      throw badParameter({ [name]: "option conflicts with option 'vmid'" });
  if (vmid === undefined && all !== "1" && pool === undefined) throw badParameter({ vmid: "property is missing" });
  const here = { ...parameters, node: pve.host.name };
  const guests = included(pve, here);
  for (const { guest } of guests) assertMay(pve, `/vms/${guest.vmid}`, ["VM.Backup"]);
  assertMay(pve, `/storage/${storage}`, ["Datastore.AllocateSpace"]);
  const unknown = listOf(vmid).find((id) => guestOf(pve.datacenter, id) === undefined);
  // Of guests of other nodes there is nothing to do.
  if (guests.length === 0 && unknown === undefined && all !== "1") return "OK";
  const [only] = listOf(vmid).length === 1 ? listOf(vmid) : [];
  return startTask(pve, "vzdump", only ?? "", (log) => {
    const later = again(pve);
    if (unknown !== undefined) throw failure(`unable to find VM '${unknown}'`);
    if (!storageOn(later, storage, later.host.name).content.includes("backup"))
      throw failure(`storage '${storage}' does not support backups`);
    const request = {
      storage,
      compress,
      notes: parameters["notes-template"] ?? "",
      isProtected: parameters["protected"] === "1",
    };
    for (const { type, guest } of included(later, here)) {
      log(`INFO: Starting Backup of VM ${guest.vmid} (${type})`);
      const name = guest.config[type === "lxc" ? "hostname" : "name"] ?? "";
      const notes = request.notes.replaceAll("{{guestname}}", name).replaceAll("{{vmid}}", String(guest.vmid));
      log(`INFO: creating archive '${backUp(later, type, guest, { ...request, notes })}'`);
      if (parameters["remove"] !== "0" && parameters["prune-backups"] !== undefined)
        prune(later, storage, parameters["prune-backups"], guest.vmid);
    }
  });
}

const DEFAULTS: Data = {
  all: 0,
  bwlimit: 0,
  compress: "0",
  fleecing: { enabled: 0 },
  ionice: 7,
  lockwait: 180,
  mode: "snapshot",
  "notification-mode": "auto",
  protected: 0,
  "prune-backups": { "keep-all": 1 },
  quiet: 0,
  remove: 1,
  "repeat-missed": 0,
  stdexcludes: 1,
  stop: 0,
  stopwait: 10,
  zstd: 1,
};

function extractConfig({ host }: Pve, { volume = "" }: Parameters): Data {
  const { config } = backupIn(host, volume);
  return Object.entries(config)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}: ${value}\n`)
    .join("");
}

function backupsOn(host: PveHost, storage: string, { vmid, type }: Parameters) {
  return Object.entries(host.volumes).flatMap(([volid, { backup, ctime = 0 }]) => {
    if (!backup || !volid.startsWith(`${storage}:`)) return [];
    if (vmid !== undefined && backup.vmid !== Number(vmid)) return [];
    if (type !== undefined && backup.type !== type) return [];
    return [{ volid, ctime, type: backup.type, vmid: backup.vmid, isProtected: backup.isProtected === true }];
  });
}

/** What would be removed, and what not. */
function pruned(pve: Pve, parameters: Parameters) {
  const { storage = "" } = parameters;
  const { options = {} } = storageOf(pve, storage);
  const keep = parameters["prune-backups"] ?? options["prune-backups"] ?? "keep-all=1";
  const groups = Map.groupBy(backupsOn(pve.host, storage, parameters), ({ type, vmid }) => `${type}/${vmid}`);
  return [...groups.values()].flatMap((group) => {
    const marks = marked(group, keep);
    return group.map(({ isProtected: _isProtected, ...each }) => ({ ...each, mark: marks.get(each.volid) ?? "keep" }));
  });
}

function prune(pve: Pve, storage: string, keep: string, vmid: number): void {
  for (const { volid, mark } of pruned(pve, { storage, "prune-backups": keep, vmid: String(vmid) }))
    if (mark === "remove") delete pve.host.volumes[volid];
  pve.world.changed();
}

function pruneTask(pve: Pve, parameters: Parameters): Data {
  const { storage = "", vmid = "" } = parameters;
  assertMay(pve, `/storage/${storage}`, ["Datastore.Allocate", "Datastore.AllocateSpace"], true);
  return startTask(pve, "prunebackups", vmid === "" ? storage : `${vmid}@${storage}`, (log) => {
    const later = again(pve);
    for (const { volid, mark } of pruned(later, parameters)) {
      if (mark !== "remove") continue;
      delete later.host.volumes[volid];
      log(`removing backup '${volid}'`);
    }
    later.world.changed();
  });
}

/** `GET cluster/backup-info/not-backed-up`: the guests that no job is of. */
function notBackedUp(pve: Pve): Data {
  const jobs = Object.values(sectionsOf(pve, "backupJobs"));
  const covered = new Set(jobs.flatMap((job) => included(pve, job).map(({ guest }) => guest.vmid)));
  return guestsOf(pve.datacenter)
    .filter(({ guest: { vmid } }) => !covered.has(vmid) && may(pve, `/vms/${vmid}`, ["VM.Audit"]))
    .map(({ type, guest: { vmid, config } }) => ({
      vmid,
      type,
      ...unlessEmpty("name", config[type === "lxc" ? "hostname" : "name"]),
    }));
}

/** `GET cluster/backup/{id}/included_volumes` */
function includedVolumes(pve: Pve, { id = "" }: Parameters): Data {
  const job = sectionOf(pve, "backupJobs", id, badParameter({ id: `No such job '${id}'` }));
  const children = included(pve, job).map(({ type, guest }) => {
    const volumes = Object.entries(backedUp(type, guest)).map(([key, name]) => ({
      id: `${guest.vmid}:${key}`,
      name,
      included: 1,
      reason: key === "rootfs" ? "rootfs" : "enabled",
      leaf: 1,
    }));
    const name = guest.config[type === "lxc" ? "hostname" : "name"] ?? "";
    return { id: guest.vmid, type, name, children: volumes, leaf: volumes.length === 0 ? 1 : 0 };
  });
  return { children };
}

/** The calls. */
export const routes: readonly Route[] = [
  post(`${NODE}/vzdump`, dump),
  get(`${NODE}/vzdump/defaults`, () => DEFAULTS),
  get(`${NODE}/vzdump/extractconfig`, extractConfig),
  get(PRUNE, pruned),
  remove(PRUNE, pruneTask),
  get("cluster/backup-info", () => [{ subdir: "not-backed-up" }]),
  get("cluster/backup-info/not-backed-up", notBackedUp),
  get("cluster/backup/{id}/included_volumes", includedVolumes),
];
