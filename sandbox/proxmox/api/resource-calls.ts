/** What the datacenter holds, in one list: the call that every overview of a cluster starts with. */
import { membersOnline, nodeNames, type Pve } from "../model/context.ts";
import { badParameter, PveError } from "../model/errors.ts";
import { runningHosts } from "../model/hosts.ts";
import { may } from "../model/permissions.ts";
import { addMembers, createPool, deletePool, poolOf, removeMembers, updatePool } from "../model/pools.ts";
import { freeVmid, guestOf, guestsOf } from "../model/guests.ts";
import { containerFigures } from "./container-calls.ts";
import { listOf } from "./formats.ts";
import type { Data, Parameters } from "./http.ts";
import { nodeFigures } from "./node-calls.ts";
import { isActive, usage } from "../model/storage.ts";
import { isShared } from "../model/storage-types.ts";
import { bit, flag, unlessEmpty } from "./values.ts";
import { cpusOf, figures } from "./vm-calls.ts";

type Values = { readonly [key: string]: Data };

/** `GET cluster/resources` */
export function resources(pve: Pve, { type }: Parameters): Data {
  const wanted = (kind: string): boolean => type === undefined || type === kind;
  return [
    ...(wanted("vm") ? machines(pve) : []),
    ...(wanted("node") ? nodes(pve) : []),
    ...(wanted("storage") ? storages(pve) : []),
    ...(wanted("sdn") ? zones(pve) : []),
    ...(type === undefined
      ? Object.keys(pve.datacenter.pools)
          .filter((pool) => may(pve, `/pool/${pool}`, ["Pool.Audit"]))
          .map((pool) => ({ id: `/pool/${pool}`, type: "pool", pool }))
      : []),
  ];
}

function machines(pve: Pve): Values[] {
  const up = new Set(runningHosts(pve.world).map((host) => host.instanceId));
  const poolOfMachine = new Map(
    Object.entries(pve.datacenter.pools).flatMap(([pool, { vms }]) =>
      vms.map((vmid): [number, string] => [vmid, pool]),
    ),
  );
  return guestsOf(pve.datacenter)
    .filter(({ guest }) => may(pve, `/vms/${guest.vmid}`, ["VM.Audit"]))
    .map(({ type, guest }) => {
      const running = guest.running && up.has(guest.instanceId);
      const { cpus = cpusOf(guest), ...found } = (type === "lxc" ? containerFigures : figures)(pve, guest, running);
      return {
        ...found,
        id: `${type}/${guest.vmid}`,
        type,
        node: guest.node,
        maxcpu: cpus,
        template: guest.config.template === "1" ? 1 : 0,
        ...unlessEmpty("pool", poolOfMachine.get(guest.vmid)),
      };
    });
}

function nodes(pve: Pve): Values[] {
  const online = membersOnline(pve.world, pve.datacenter);
  return nodeNames(pve).map((name) => {
    const member = online.find((candidate) => candidate.name === name);
    const figuresOf = member && may(pve, `/nodes/${name}`, ["Sys.Audit"]) ? nodeFigures(pve, member) : {};
    return {
      id: `node/${name}`,
      type: "node",
      node: name,
      status: member ? "online" : "offline",
      level: "",
      ...figuresOf,
    };
  });
}

function storages(pve: Pve): Values[] {
  return membersOnline(pve.world, pve.datacenter).flatMap((host) =>
    Object.entries(pve.datacenter.storages)
      .filter(([, { nodes: only }]) => only.length === 0 || only.includes(host.name))
      .filter(([id]) => may(pve, `/storage/${id}`, ["Datastore.Audit", "Datastore.AllocateSpace"], true))
      .map(([storage, found]) => {
        const { total, used } = usage(host, storage, found);
        const active = isActive(host, storage, found);
        return {
          id: `storage/${host.name}/${storage}`,
          type: "storage",
          storage,
          node: host.name,
          plugintype: found.type,
          status: active ? "available" : "unknown",
          content: found.content.join(","),
          shared: bit(isShared(found)),
          ...(active && { maxdisk: total, disk: used }),
        };
      }),
  );
}

function zones(pve: Pve): Values[] {
  return membersOnline(pve.world, pve.datacenter).flatMap((host) =>
    Object.keys(pve.datacenter.sdn.running.zones)
      .filter((zone) => may(pve, `/sdn/zones/${zone}`, ["SDN.Audit", "SDN.Allocate", "SDN.Use"], true))
      .map((sdn) => ({ id: `sdn/${host.name}/${sdn}`, type: "sdn", sdn, node: host.name, status: "ok" })),
  );
}

/** `GET cluster/nextid` */
export function nextId(pve: Pve, { vmid }: Parameters): Data {
  if (vmid === undefined) return String(freeVmid(pve));
  if (guestOf(pve.datacenter, vmid)) throw badParameter({ vmid: `VM ${vmid} already exists` });
  return vmid;
}

function poolMembers(pve: Pve, id: string, type?: string): Values[] {
  const { vms, storages: stores = [] } = poolOf(pve, id);
  const members = [
    ...machines(pve).filter(({ vmid }) => vms.includes(Number(vmid))),
    ...storages(pve).filter(({ storage }) => stores.includes(String(storage))),
  ];
  return members.filter((member) => type === undefined || member.type === type);
}

/** `GET pools` */
export function pools(pve: Pve, { poolid, type }: Parameters): Data {
  if (poolid !== undefined) {
    if (!may(pve, `/pool/${poolid}`, ["Pool.Audit"]))
      throw new PveError(403, `Permission check failed (/pool/${poolid}, Pool.Audit)`);
    return [pool(pve, { poolid, ...(type !== undefined && { type }) })];
  }
  return Object.entries(pve.datacenter.pools)
    .filter(([id]) => may(pve, `/pool/${id}`, ["Pool.Audit"]))
    .map(([id, { comment }]) => ({ poolid: id, ...unlessEmpty("comment", comment) }));
}

/** `GET pools/{poolid}` */
export function pool(pve: Pve, { poolid = "", type }: Parameters): Data {
  const { comment } = poolOf(pve, poolid);
  return { poolid, members: poolMembers(pve, poolid, type), ...unlessEmpty("comment", comment) };
}

/** `POST pools` */
export const addPool = (pve: Pve, { poolid = "", comment = "" }: Parameters): void =>
  createPool(pve, poolid, comment.trim());

/** `PUT pools`, `PUT pools/{poolid}` */
export function setPool(pve: Pve, parameters: Parameters): void {
  const { poolid = "", comment } = parameters;
  const members = { vms: listOf(parameters.vms).map(Number), storages: listOf(parameters.storage) };
  if (comment !== undefined) updatePool(pve, poolid, comment.trim());
  if (parameters.delete === "1") removeMembers(pve, poolid, members);
  else addMembers(pve, poolid, members, flag(parameters, "allow-move") ?? false);
}

/** `DELETE pools`, `DELETE pools/{poolid}` */
export const removePool = (pve: Pve, { poolid = "" }: Parameters): void => deletePool(pve, poolid);
