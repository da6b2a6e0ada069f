/** Calls about storages and what is on them. */
import { type Pve } from "../model/context.ts";
import { badParameter } from "../model/errors.ts";
import { may } from "../model/permissions.ts";
import {
  createStorage,
  deleteStorage,
  isActive,
  isOn,
  type StorageChange,
  storageOf,
  updateStorage,
  usage,
} from "../model/storage.ts";
import { isShared, storageType } from "../model/storage-types.ts";
import { listOf } from "./formats.ts";
import type { Data, Parameters } from "./http.ts";
import { schemaOf } from "./schema.ts";
import { bit, digestOf, flag, unlessEmpty } from "./values.ts";

/** `GET storage` */
export function storages(pve: Pve, { type }: Parameters): Data {
  return Object.keys(pve.datacenter.storages)
    .filter((id) => type === undefined || storageOf(pve, id).type === type)
    .filter((id) => may(pve, `/storage/${id}`, ["Datastore.Audit", "Datastore.AllocateSpace"], true))
    .map((id) => section(pve, id));
}

/** `GET storage/{storage}` */
export function storage(pve: Pve, parameters: Parameters): Data {
  return section(pve, parameters.storage ?? "");
}

function section(pve: Pve, id: string): Data {
  const found = storageOf(pve, id);
  const { type, content, disable, nodes, path, vgname, thinpool, options } = found;
  return {
    storage: id,
    type,
    content: content.join(","),
    digest: digestOf(found),
    ...(disable && { disable: 1 }),
    ...(isShared(found) && { shared: 1 }),
    ...unlessEmpty("nodes", nodes.join(",")),
    ...unlessEmpty("path", path),
    ...unlessEmpty("vgname", vgname),
    ...unlessEmpty("thinpool", thinpool),
    ...Object.fromEntries(Object.entries(options ?? {}).map(([name, text]) => [name, told(name, text)])),
  };
}

/** Booleans and numbers are told as numbers. */
function told(name: string, text: string): Data {
  const type = schemaOf("POST storage").parameters?.[name]?.type;
  return type === "boolean" || type === "integer" || type === "number" ? Number(text) : text;
}

/** What is not an option, or has a field of its own. */
const FIELDS: readonly string[] = ["storage", "type", "content", "nodes", "disable", "delete", "digest"];

function change(parameters: Parameters): StorageChange {
  const { content, nodes } = parameters;
  const cleared = listOf(parameters.delete);
  const disable = flag(parameters, "disable") ?? (cleared.includes("disable") ? false : undefined);
  const only = nodes ?? (cleared.includes("nodes") ? "" : undefined);
  const isOption = (name: string): boolean => !FIELDS.includes(name);
  return {
    options: Object.fromEntries(Object.entries(parameters).filter(([name]) => isOption(name))),
    cleared: cleared.filter(isOption),
    ...(content !== undefined && { content: listOf(content) }),
    ...(disable !== undefined && { disable }),
    ...(only !== undefined && { nodes: listOf(only) }),
  };
}

/** `POST storage` */
export function addStorage(pve: Pve, parameters: Parameters): Data {
  const { storage: id = "" } = parameters;
  const type = storageType(parameters.type ?? "");
  createStorage(pve, id, type, change(parameters));
  return { storage: id, type };
}

/** `PUT storage/{storage}` */
export function setStorage(pve: Pve, parameters: Parameters): Data {
  const { storage: id = "" } = parameters;
  updateStorage(pve, id, change(parameters));
  return { storage: id, type: storageOf(pve, id).type };
}

/** `DELETE storage/{storage}` */
export const removeStorage = (pve: Pve, parameters: Parameters): void => deleteStorage(pve, parameters.storage ?? "");

function state(pve: Pve, id: string): { readonly [key: string]: Data } {
  const found = storageOf(pve, id);
  const { total, used } = usage(pve.host, id, found);
  return {
    type: found.type,
    content: found.content.join(","),
    enabled: bit(!found.disable && isOn(found, pve.host.name)),
    active: bit(isActive(pve.host, id, found)),
    shared: bit(isShared(found)),
    total,
    used,
    avail: total - used,
  };
}

const noSuchStorage = () => badParameter({ storage: "No such storage." });

/** `GET nodes/{node}/storage` */
export function nodeStorages(pve: Pve, { content, enabled, storage: only, target }: Parameters): Data {
  const wanted = listOf(content);
  const node = pve.host.name;
  const elsewhere = target === undefined || target === node || target === "localhost" ? null : target;
  if (only !== undefined && !pve.datacenter.storages[only]) throw noSuchStorage();
  return Object.entries(pve.datacenter.storages)
    .filter(([id]) => only === undefined || id === only)
    .filter(
      ([, found]) =>
        wanted.length === 0 ||
        (!found.disable && isOn(found, node) && wanted.some((type) => found.content.includes(type))),
    )
    .filter(([, found]) => enabled !== "1" || !found.disable)
    .filter(([, found]) => elsewhere === null || (isShared(found) && isOn(found, node) && isOn(found, elsewhere)))
    .filter(([id]) => may(pve, `/storage/${id}`, ["Datastore.Audit", "Datastore.AllocateSpace"], true))
    .map(([storageId]) => {
      const now = state(pve, storageId);
      const total = Number(now.total);
      return { storage: storageId, ...now, ...(total > 0 && { used_fraction: Number(now.used) / total }) };
    });
}

/** `GET nodes/{node}/storage/{storage}/status` */
export function storageStatus(pve: Pve, parameters: Parameters): Data {
  const { storage: id = "" } = parameters;
  if (!pve.datacenter.storages[id]) throw noSuchStorage();
  return state(pve, id);
}
