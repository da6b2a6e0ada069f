/** High availability: which machines the cluster keeps running, and the rules of where (pve-ha-manager 5, API2/HA). */
import { startContainer, stopContainer } from "../model/containers.ts";
import { again, isQuorate, membersOnline, nodeNames, type Pve, ROOT } from "../model/context.ts";
import { failure } from "../model/errors.ts";
import { guestOf } from "../model/guests.ts";
import { type Options, putSection, sectionOf, sectionsOf } from "../model/sections.ts";
import { startTask } from "../model/tasks.ts";
import { migrateVm } from "../model/vm-migration.ts";
import { runs, startVm, stopVm } from "../model/vm-power.ts";
import { listOf } from "./formats.ts";
import type { Data, Parameters } from "./http.ts";
import type { SectionKind } from "./section-calls.ts";
import { bit } from "./values.ts";

const RESOURCES = "haResources";
const RULES = "haRules";

/** `vm:100` of `100` too. */
const sidOf = (given: string): string => (/^\d+$/.test(given) ? `vm:${given}` : given);
const vmidOf = (sid: string): string => sid.split(":")[1] ?? "";

/** The manager has its machine as the resource says, a moment later. */
function follow(pve: Pve, sid: string, options: Options | null): void {
  const { state = "started" } = options ?? {};
  const found = guestOf(pve.datacenter, vmidOf(sid));
  if (options === null || !found || state === "ignored") return;
  const shouldRun = state === "started" || state === "enabled";
  if (runs(pve, found.guest) === shouldRun) return;
  const isVm = found.type === "qemu";
  const [start, stop] = isVm ? [startVm, stopVm] : [startContainer, stopContainer];
  startTask({ ...pve, user: ROOT }, `${isVm ? "qm" : "vz"}${shouldRun ? "start" : "shutdown"}`, vmidOf(sid), () => {
    const later = again({ ...pve, user: ROOT });
    const now = guestOf(later.datacenter, vmidOf(sid))?.guest;
    if (now && runs(later, now) !== shouldRun) (shouldRun ? start : stop)(later, now);
  });
}

/** A rule of which nothing is left goes too. */
function forget(pve: Pve, sid: string): void {
  for (const [id, rule] of Object.entries(sectionsOf(pve, RULES))) {
    const all = listOf(rule["resources"]);
    const left = all.filter((other) => other !== sid);
    if (left.length < all.length)
      putSection(pve, RULES, id, left.length > 0 ? { ...rule, resources: left.join(",") } : null);
  }
}

/** What the cluster keeps running. */
export const resources: SectionKind = {
  kind: RESOURCES,
  path: "cluster/ha/resources",
  key: "sid",
  id: sidOf,
  words: {
    exists: (sid) => `create resource failed: resource ID '${sid}' already defined`,
    read: (sid) => `no such resource '${sid}'`,
    update: (sid) => `update resources config failed: no such resource '${sid}'`,
    delete: (sid) => `cannot delete service '${sid}', not HA managed!`,
  },
  notKept: ["purge"],
  kept(pve, sid, options, before) {
    const [type = ""] = sid.split(":");
    if (options["type"] !== undefined && options["type"] !== type) throw failure("types does not match");
    if (options["group"] !== undefined)
      throw failure("invalid parameter 'group': ha groups have been migrated to rules");
    const found = guestOf(pve.datacenter, vmidOf(sid));
    if (before === null && found?.type !== (type === "ct" ? "lxc" : "qemu"))
      throw failure(`resource '${vmidOf(sid)}' does not exist in cluster`);
    return { ...options, type };
  },
  after(pve, sid, options) {
    if (options === null) forget(pve, sid);
    follow(pve, sid, options);
  },
};

function assertResources(pve: Pve, sids: readonly string[]): void {
  if (sids.length === 0) throw failure("no resources were specified");
  const unknown = sids.filter((sid) => !Object.hasOwn(sectionsOf(pve, RESOURCES), sid)).toSorted();
  if (unknown.length > 0) throw failure(`cannot use unmanaged resource(s) ${unknown.join(", ")}.`);
}

function assertNodes(pve: Pve, names: readonly string[]): void {
  const unknown = names.map((name) => name.split(":")[0] ?? "").filter((name) => !nodeNames(pve).includes(name));
  if (unknown.length > 0) throw failure(`cannot use non-existent node(s) ${unknown.toSorted().join(", ")}.`);
}

/** Which nodes resources are to be on, and which of them together. */
export const rules: SectionKind = {
  kind: RULES,
  path: "cluster/ha/rules",
  key: "rule",
  words: {
    exists: (id) => `HA rule '${id}' already defined`,
    read: (id) => `no such ha rule '${id}'`,
    update: (id) => `HA rule '${id}' does not exist`,
  },
  prefix: { create: "create ha rule failed: ", update: "update HA rules failed: " },
  more: (pve, id, { type }) => ({
    order: Object.keys(sectionsOf(pve, RULES)).indexOf(id) + 1,
    // Its default is told.
    ...(type === "node-affinity" && { strict: sectionsOf(pve, RULES)[id]?.["strict"] === "1" ? 1 : 0 }),
  }),
  kept(pve, _id, { disable, ...options }) {
    const sids = listOf(options["resources"]).map(sidOf).toSorted();
    const nodes = listOf(options["nodes"]).toSorted();
    assertResources(pve, sids);
    assertNodes(pve, nodes);
    return {
      ...options,
      resources: sids.join(","),
      ...(nodes.length > 0 && { nodes: nodes.join(",") }),
      ...(disable === "1" && { disable }),
    };
  },
};

/** Groups are no more: a new cluster has rules alone. */
export function groups(): Data {
  throw failure("cannot index groups: ha groups have been migrated to rules");
}

/** `POST cluster/ha/resources/{sid}/migrate`, `…/relocate`: the manager is told, and does what it can. */
export function migrate(pve: Pve, { sid: given = "", node = "" }: Parameters): Data {
  const sid = sidOf(given);
  sectionOf(pve, RESOURCES, sid, failure(`service '${sid}' is not HA managed`));
  const asRoot = { ...pve, user: ROOT };
  startTask(asRoot, "qmigrate", vmidOf(sid), () => {
    const later = again(asRoot);
    const vm = later.datacenter.vms[vmidOf(sid)];
    if (vm && vm.node !== node) migrateVm(later, vm, { target: node, online: true, withLocalDisks: true });
  });
  return { sid, "requested-node": node };
}

/** As Perl tells a time. */
const stamp = (now: string): string => {
  const [day = "", date, month, year, time] = new Date(now).toUTCString().split(" ");
  return `${day.replace(",", "")} ${month} ${Number(date)} ${time} ${year}`;
};

/** `GET cluster/ha/status/current` */
export function status(pve: Pve): Data {
  const { world, host } = pve;
  const quorate = isQuorate(world, pve.datacenter);
  const all = Object.entries(sectionsOf(pve, RESOURCES));
  const timestamp = Math.floor(Date.parse(world.now()) / 1000);
  const at = stamp(world.now());
  const services = all.map(([sid, { state = "started" }]) => {
    const node = guestOf(pve.datacenter, vmidOf(sid))?.guest.node ?? host.name;
    const told = { sid, node, request_state: state, state, crm_state: state };
    return { id: `service:${sid}`, type: "service", ...told, status: `${sid} (${node}, ${state})` };
  });
  const lrms = nodeNames(pve).map((node) => {
    const isActive = services.some((service) => service.node === node);
    const says = isActive ? "active, watchdog active" : "idle, watchdog standby";
    return { id: `lrm:${node}`, type: "lrm", node, timestamp, status: `${node} (${says}, ${at})` };
  });
  const master = { id: "master", type: "master", node: host.name, timestamp, status: `${host.name} (active, ${at})` };
  const status = quorate ? "OK" : `No quorum on node '${host.name}'!`;
  return [
    { id: "quorum", type: "quorum", node: host.name, quorate: bit(quorate), status },
    // Without a resource there never was a master.
    ...(all.length === 0 ? [] : [master, ...lrms]),
    ...services,
  ];
}

/** `GET cluster/ha/status/manager_status`: how the manager sees the nodes and its resources. */
export function managerStatus(pve: Pve): Data {
  const now = Math.floor(Date.parse(pve.world.now()) / 1000);
  const all = Object.entries(sectionsOf(pve, RESOURCES));
  const online = new Set(membersOnline(pve.world, pve.datacenter).map(({ name }) => name));
  const services = all.map(([sid, { state = "started" }]) => {
    const node = guestOf(pve.datacenter, vmidOf(sid))?.guest.node ?? pve.host.name;
    return [sid, { node, state, uid: sid }] as const;
  });
  const nodes = nodeNames(pve).map((name) => [name, online.has(name) ? "online" : "unknown"] as const);
  return {
    // Without a resource there never was a master.
    manager_status:
      all.length === 0
        ? {}
        : {
            master_node: pve.host.name,
            timestamp: now,
            node_status: Object.fromEntries(nodes),
            service_status: Object.fromEntries(services),
          },
    quorum: { node: pve.host.name, quorate: bit(isQuorate(pve.world, pve.datacenter)) },
    lrm_status: Object.fromEntries(
      nodes.map(([name]) => [name, { mode: "active", state: "wait_for_agent_lock", timestamp: now }]),
    ),
  };
}

/** What the status of a guest says of it. */
export function haOf(pve: Pve, vmid: number, type = "vm"): Data {
  const found = sectionsOf(pve, RESOURCES)[`${type}:${vmid}`];
  return found ? { managed: 1, state: found["state"] ?? "started" } : { managed: 0 };
}
