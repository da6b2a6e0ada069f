/** What a host has written down: its journal, figures over time, what its guests sent, and a report for support (pve-manager 9.2). */
import type { Pve } from "../model/context.ts";
import { guestsOf } from "../model/guests.ts";
import { tasksOn } from "../model/tasks.ts";

import { storageOf, usage } from "../model/storage.ts";
import { runs } from "../model/vm-power.ts";
import { container, containerFigures } from "./container-calls.ts";
import { type Data, Page, type Parameters } from "./http.ts";
import { nodeFigures, VERSION } from "./node-calls.ts";
import { get, type Route } from "./route.ts";
import { number, part } from "./values.ts";
import { cpusOf, figures, vm } from "./vm-calls.ts";

const NODE = "nodes/{node}";
type Values = { readonly [key: string]: Data };

const stamp = (seconds: number): string => {
  const [, day, month, , time] = new Date(seconds * 1000).toUTCString().split(" ");
  return `${month} ${day} ${time}`;
};

interface Line {
  readonly at: number;
  readonly service: string;
  readonly text: string;
}

/** The daemon says when a task begins and ends. */
function lines({ world, host }: Pve): readonly Line[] {
  const tasks = tasksOn(world, host.name).toReversed();
  const said = tasks.flatMap(({ upid, user, starttime, endtime, exitstatus }): Line[] => {
    const line = (at: number, text: string): Line => ({
      at,
      service: "pvedaemon",
      text: `${stamp(at)} ${host.name} pvedaemon[1020]: <${user}> ${text}`,
    });
    const begin = line(starttime, `starting task ${upid}`);
    return endtime === null ? [begin] : [begin, line(endtime, `end task ${upid} ${exitstatus ?? ""}`)];
  });
  return said.toSorted((a, b) => a.at - b.at);
}

function syslog(pve: Pve, parameters: Parameters): Page {
  const { service, since, until } = parameters;
  const second = (text: string): number =>
    Date.parse(`${text.replace(" ", "T")}${text.includes(" ") ? "Z" : ""}`) / 1000;
  const found = lines(pve)
    .filter((line) => service === undefined || line.service === service)
    .filter(({ at }) => since === undefined || at >= second(since))
    .filter(({ at }) => until === undefined || at <= second(until));
  const all = found.length === 0 ? ["-- No entries --"] : found.map(({ text }) => text);
  return new Page(
    part(
      all.map((t, index) => ({ n: index + 1, t })),
      parameters,
      50,
    ),
    all.length,
  );
}

/** Between two cursors, from which the next call can go on. */
function journal(pve: Pve, parameters: Parameters): Data {
  const [since = 0, until = Infinity] = [number(parameters, "since"), number(parameters, "until")];
  const last = number(parameters, "lastentries");
  const found = lines(pve).filter(({ at }) => at >= since && at <= until);
  const shown = last === undefined ? found : found.slice(-last);
  const cursor = (line: Line | undefined): string => `s=${pve.host.bootVolumeId};t=${(line?.at ?? 0).toString(16)}`;
  return [cursor(shown[0]), ...shown.map(({ text }) => text), cursor(shown.at(-1))];
}

function netstat(pve: Pve): Data {
  return guestsOf(pve.datacenter)
    .filter(({ guest }) => guest.node === pve.host.name && runs(pve, guest))
    .flatMap(({ guest: { vmid, config } }) =>
      Object.keys(config)
        .filter((key) => /^net\d+$/.test(key))
        .map((dev) => ({ vmid: String(vmid), dev, in: "0", out: "0" })),
    );
}

function report(pve: Pve): Data {
  const { host, world, datacenter } = pve;
  const guests = guestsOf(datacenter).filter(({ guest }) => guest.node === host.name);
  const sections: Readonly<Record<string, string>> = {
    hostname: host.name,
    "date -R": new Date(world.now()).toUTCString(),
    pveversion: `pve-manager/${VERSION.version}/${VERSION.repoid} (running kernel: 6.17.2-1-pve)`,
    "pvesm status": Object.keys(datacenter.storages).join("\n"),
    "qm list": guests.map(({ type, guest }) => `${guest.vmid} ${type}`).join("\n"),
  };
  const told = Object.entries(sections).map(([command, text]) => `# ${command}\n\n${text}\n`);
  return `\n==== general system info ====\n\n${told.join("\n")}`;
}

/** Seconds between two figures. */
const STEPS: Readonly<Record<string, number>> = {
  hour: 60,
  day: 1800,
  week: 10_800,
  month: 43_200,
  year: 604_800,
  decade: 604_800,
};
const POINTS = 70;

/** Of a time before there was anything nothing is known but the time. */
function overTime({ world }: Pve, { timeframe = "hour" }: Parameters, up: number, now: Values): Data {
  const step = STEPS[timeframe] ?? 60;
  const last = Math.floor(Date.parse(world.now()) / 1000 / step) * step;
  return Array.from({ length: POINTS }, (_, index) => {
    const time = last - (POINTS - 1 - index) * step;
    return last - time <= up ? { time, ...now } : { time };
  });
}

function nodeData(pve: Pve, parameters: Parameters): Data {
  const { maxcpu = 1, cpu = 0, maxmem = 0, mem = 0, maxdisk = 0, disk = 0, uptime } = nodeFigures(pve, pve.host);
  const memory = { memtotal: maxmem, memused: mem, memavailable: Number(maxmem) - Number(mem) };
  const rest = { swaptotal: 0, swapused: 0, roottotal: maxdisk, rootused: disk, netin: 0, netout: 0 };
  return overTime(pve, parameters, Number(uptime), { maxcpu, cpu, iowait: 0, loadavg: 0.01, ...memory, ...rest });
}

function guestData(pve: Pve, parameters: Parameters, found: Values, cpus: number): Data {
  const { cpu = 0, maxmem = 0, mem = 0, maxdisk = 0, disk = 0, uptime } = found;
  const traffic = { netin: 0, netout: 0, diskread: 0, diskwrite: 0 };
  return overTime(pve, parameters, Number(uptime), { maxcpu: cpus, cpu, maxmem, mem, maxdisk, disk, ...traffic });
}

function machineData(pve: Pve, parameters: Parameters): Data {
  const machine = vm(pve, parameters);
  return guestData(pve, parameters, figures(pve, machine, runs(pve, machine)), cpusOf(machine));
}

function containerData(pve: Pve, parameters: Parameters): Data {
  const guest = container(pve, parameters);
  const found = containerFigures(pve, guest, runs(pve, guest));
  return guestData(pve, parameters, found, Number(found["cpus"]));
}

function storageData(pve: Pve, parameters: Parameters): Data {
  const { storage = "" } = parameters;
  const { total, used } = usage(pve.host, storage, storageOf(pve, storage));
  return overTime(pve, parameters, Number(nodeFigures(pve, pve.host)["uptime"]), { total, used });
}

/** The calls. */
export const routes: readonly Route[] = [
  get(`${NODE}/syslog`, syslog),
  get(`${NODE}/journal`, journal),
  get(`${NODE}/netstat`, netstat),
  get(`${NODE}/report`, report),
  get(`${NODE}/rrddata`, nodeData),
  get(`${NODE}/qemu/{vmid}/rrddata`, machineData),
  get(`${NODE}/lxc/{vmid}/rrddata`, containerData),
  get(`${NODE}/storage/{storage}/rrddata`, storageData),
];
