/** Settings of a host: time zone, resolvers, `/etc/hosts` and its configuration (pve-manager 9.2, Nodes.pm and NodeConfig.pm). */
import type { PveHost } from "../../world/proxmox.ts";
import { homeOf } from "../../reach/home.ts";
import type { Pve } from "../model/context.ts";
import { failure } from "../model/errors.ts";
import { listOf } from "./formats.ts";
import type { Data, Parameters } from "./http.ts";
import { get, post, put, type Route } from "./route.ts";
import { digestOf } from "./values.ts";

type Setting = "time" | "dns" | "hosts" | "config";
type Values = Readonly<Record<string, string>>;

/** OCI's resolver, which answers in every VCN; at home the router. */
function installed({ kind, address, name, ...host }: PveHost): Readonly<Record<Setting, Values>> {
  return {
    time: { timezone: "Etc/UTC" },
    dns: kind !== undefined ? { dns1: homeOf(host).router } : { dns1: "169.254.169.254", search: "oraclevcn.com" },
    hosts: { data: `127.0.0.1 localhost\n${address} ${name}\n` },
    config: {},
  };
}

/** What is set, or what was installed. */
export const settingOf = (host: PveHost, setting: Setting): Values =>
  host.settings?.[setting] ?? installed(host)[setting];

function set({ host, world }: Pve, setting: Setting, values: Values): void {
  (host.settings ??= {})[setting] = values;
  world.changed();
}

function assertSame(host: PveHost, setting: Setting, digest: string | undefined): void {
  if (digest !== undefined && digest !== digestOf(settingOf(host, setting)))
    throw failure("detected modified configuration - file changed by other user? Try again.");
}

/** How far a time zone is from UTC, in seconds. */
function offset(timezone: string, now: Date): number {
  const text = new Intl.DateTimeFormat("en", { timeZone: timezone, timeZoneName: "longOffset" }).format(now);
  const [, sign = "+", hours = "0", minutes = "0"] = /GMT([+-])(\d\d):(\d\d)$/.exec(text) ?? [];
  return Number(`${sign}1`) * (Number(hours) * 3600 + Number(minutes) * 60);
}

function time({ host, world }: Pve): Data {
  const { timezone = "Etc/UTC" } = settingOf(host, "time");
  const now = new Date(world.now());
  const seconds = Math.floor(now.getTime() / 1000);
  return { time: seconds, localtime: seconds + offset(timezone, now), timezone };
}

function setTime(pve: Pve, { timezone = "" }: Parameters): void {
  try {
    offset(timezone, new Date(0));
  } catch {
    throw failure(`No such timezone '${timezone}'`);
  }
  set(pve, "time", { timezone });
}

/** A description is kept as comment lines, each of which ends. */
function config({ host }: Pve, { property }: Parameters): Data {
  const kept = settingOf(host, "config");
  const values = Object.entries(kept).map(([name, text]): [string, Data] => {
    if (name === "description") return [name, `${text.trimEnd()}\n`];
    return [name, /delay$|target$/.test(name) ? Number(text) : text];
  });
  if (property !== undefined) return Object.fromEntries(values.filter(([name]) => name === property));
  return { ...Object.fromEntries(values), digest: digestOf(kept) };
}

function setConfig(pve: Pve, { node: _node, delete: cleared, digest, ...options }: Parameters): void {
  assertSame(pve.host, "config", digest);
  const all = Object.entries({ ...settingOf(pve.host, "config"), ...options });
  set(pve, "config", Object.fromEntries(all.filter(([name, text]) => !listOf(cleared).includes(name) && text !== "")));
}

/** The calls. */
export const routes: readonly Route[] = [
  get("nodes/{node}/time", time),
  put("nodes/{node}/time", setTime),
  get("nodes/{node}/dns", ({ host }) => settingOf(host, "dns")),
  put("nodes/{node}/dns", (pve, { node: _node, ...dns }) => set(pve, "dns", dns)),
  get("nodes/{node}/hosts", ({ host }) => ({
    ...settingOf(host, "hosts"),
    digest: digestOf(settingOf(host, "hosts")),
  })),
  post("nodes/{node}/hosts", (pve, { data = "", digest }) => {
    assertSame(pve.host, "hosts", digest);
    set(pve, "hosts", { data });
  }),
  get("nodes/{node}/config", config),
  put("nodes/{node}/config", setConfig),
];
