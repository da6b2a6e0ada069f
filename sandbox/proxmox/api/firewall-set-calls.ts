/** Calls about the IP sets and aliases of a firewall. */
import type { Firewall, IpSet } from "../../world/proxmox.ts";
import type { Pve } from "../model/context.ts";
import { badParameter, failure } from "../model/errors.ts";
import {
  addToIpSet,
  aliasOf,
  changeIpSetEntry,
  createIpSet,
  deleteAlias,
  deleteIpSet,
  ipSetOf,
  setAlias,
  updateIpSet,
} from "../model/firewall.ts";
import type { Data, Parameters } from "./http.ts";
import { get, post, put, remove, type Route } from "./route.ts";
import { digestOf, flag, unlessEmpty } from "./values.ts";

/** Which firewall a call is about. */
export type Of = (pve: Pve, parameters: Parameters) => Firewall;

function entryData({ cidr, nomatch, comment }: IpSet["entries"][number], digest: string): Data {
  return { cidr, digest, ...(nomatch && { nomatch: 1 }), ...unlessEmpty("comment", comment) };
}

function entryOf(parameters: Parameters, cidr: string): IpSet["entries"][number] {
  return { cidr, nomatch: flag(parameters, "nomatch") ?? false, comment: parameters.comment ?? "" };
}

/** Calls about IP sets below a path. */
export function ipSetRoutes(path: string, of: Of): Route[] {
  const one = `${path}/{name}`;
  return [
    get(path, (pve, parameters) =>
      Object.entries(of(pve, parameters).ipsets).map(([name, set]) => ({
        name,
        digest: digestOf(set),
        ...unlessEmpty("comment", set.comment),
      })),
    ),
    post(path, (pve, parameters) => {
      const { name = "", comment = "", rename } = parameters;
      if (rename === undefined) createIpSet(pve, name, comment, of(pve, parameters));
      else updateIpSet(pve, rename, name, comment, of(pve, parameters));
    }),
    get(one, (pve, parameters) => {
      const set = ipSetOf(pve, parameters.name ?? "", of(pve, parameters));
      return set.entries.map((entry) => entryData(entry, digestOf(set)));
    }),
    post(one, (pve, parameters) => {
      const { name = "", cidr = "" } = parameters;
      addToIpSet(pve, name, entryOf(parameters, cidr), of(pve, parameters));
    }),
    remove(one, (pve, parameters) => {
      const { name = "", force } = parameters;
      const set = ipSetOf(pve, name, of(pve, parameters));
      if (set.entries.length > 0 && force !== "1") throw failure(`IPSet '${name}' is not empty`);
      deleteIpSet(pve, name, of(pve, parameters));
    }),
    get(`${one}/{cidr}`, (pve, parameters) => {
      const set = ipSetOf(pve, parameters.name ?? "", of(pve, parameters));
      const entry = set.entries.find(({ cidr }) => cidr === parameters.cidr);
      if (!entry) throw badParameter({ cidr: "no such IP/Network" });
      return entryData(entry, digestOf(set));
    }),
    put(`${one}/{cidr}`, (pve, parameters) => {
      const { name = "", cidr = "" } = parameters;
      changeIpSetEntry(pve, name, cidr, entryOf(parameters, cidr), of(pve, parameters));
    }),
    remove(`${one}/{cidr}`, (pve, parameters) =>
      changeIpSetEntry(pve, parameters.name ?? "", parameters.cidr ?? "", null, of(pve, parameters)),
    ),
  ];
}

/** Calls about aliases below a path. */
export function aliasRoutes(path: string, of: Of): Route[] {
  const one = `${path}/{name}`;
  const data = (name: string, { cidr, comment }: { cidr: string; comment: string }): Data => ({
    name,
    cidr,
    digest: digestOf({ cidr, comment }),
    ...unlessEmpty("comment", comment),
  });
  return [
    get(path, (pve, parameters) =>
      Object.entries(of(pve, parameters).aliases ?? {}).map(([name, alias]) => data(name, alias)),
    ),
    post(path, (pve, parameters) => {
      const { name = "", cidr = "", comment = "" } = parameters;
      setAlias(pve, name, { cidr, comment }, null, of(pve, parameters));
    }),
    get(one, (pve, parameters) =>
      data(parameters.name ?? "", aliasOf(pve, parameters.name ?? "", of(pve, parameters))),
    ),
    put(one, (pve, parameters) => {
      const { name = "", cidr = "", rename } = parameters;
      const before = aliasOf(pve, name, of(pve, parameters));
      setAlias(pve, rename ?? name, { cidr, comment: parameters.comment ?? before.comment }, name, of(pve, parameters));
    }),
    remove(one, (pve, parameters) => deleteAlias(pve, parameters.name ?? "", of(pve, parameters))),
  ];
}
