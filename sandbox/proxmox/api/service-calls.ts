/** The services of a host (pve-manager 9.2, API2/Services.pm). One that is stopped is told as stopped; what it does goes on. */
import type { PveHost } from "../../world/proxmox.ts";
import { again, type Pve } from "../model/context.ts";
import { failure } from "../model/errors.ts";
import { startTask } from "../model/tasks.ts";
import type { Data, Parameters } from "./http.ts";
import { get, post, type Route } from "./route.ts";

const PATH = "nodes/{node}/services";
const ONE = `${PATH}/{service}`;

/** By name what systemd says of each. */
const SERVICES: Readonly<Record<string, string>> = {
  chrony: "chrony, an NTP client/server",
  corosync: "Corosync Cluster Engine",
  cron: "Regular background program processing daemon",
  ksmtuned: "Kernel Samepage Merging (KSM) Tuning Daemon",
  lxcfs: "FUSE filesystem for LXC",
  postfix: "Postfix Mail Transport Agent (main/default instance)",
  "proxmox-firewall": "Proxmox nftables firewall",
  "pve-cluster": "The Proxmox VE cluster filesystem",
  "pve-firewall": "Proxmox VE firewall",
  "pve-ha-crm": "PVE Cluster HA Resource Manager Daemon",
  "pve-ha-lrm": "PVE Local HA Resource Manager Daemon",
  "pve-lxc-syscalld": "Proxmox VE LXC Syscall Daemon",
  pvedaemon: "PVE API Daemon",
  "pvefw-logger": "Proxmox VE firewall logger",
  pveproxy: "PVE API Proxy Server",
  pvescheduler: "Proxmox VE scheduler",
  pvestatd: "PVE Status Daemon",
  qmeventd: "PVE Qemu Event Daemon",
  spiceproxy: "PVE SPICE Proxy Server",
  sshd: "OpenBSD Secure Shell server",
  syslog: "syslog.service",
  "systemd-journald": "Journal Service",
  "systemd-timesyncd": "systemd-timesyncd.service",
};
const ABSENT = new Set(["syslog", "systemd-timesyncd"]);
const ESSENTIAL = new Set(["pveproxy", "pvedaemon", "pve-cluster"]);

function stateOf({ host, datacenter }: Pve, name: string): Readonly<Record<string, string>> {
  if (ABSENT.has(name)) return { state: "dead", "active-state": "inactive", "unit-state": "not-found" };
  const isUnwanted = name === "corosync" && datacenter.corosync === null;
  const isStopped = isUnwanted || host.stoppedServices?.includes(name);
  const unit = name === "systemd-journald" ? "static" : "enabled";
  if (isStopped) return { state: "dead", "active-state": "inactive", "unit-state": unit };
  return { state: "running", "active-state": "active", "unit-state": unit };
}

const shown = (pve: Pve, name: string): Data => ({
  service: name,
  name,
  desc: SERVICES[name] ?? name,
  ...stateOf(pve, name),
});

function setStopped(host: PveHost, name: string, isStopped: boolean): void {
  const others = (host.stoppedServices ?? []).filter((other) => other !== name);
  host.stoppedServices = isStopped ? [...others, name] : others;
}

function command(name: "start" | "stop" | "restart" | "reload") {
  return (pve: Pve, { service = "" }: Parameters): Data =>
    startTask(pve, `srv${name}`, service, () => {
      if (name === "stop" && ESSENTIAL.has(service))
        throw failure(`invalid service cmd '${service} stop': refusing to stop essential service!`);
      const { host, world } = again(pve);
      if (ABSENT.has(service)) throw failure(`command 'systemctl ${name} ${service}' failed: exit code 5`);
      if (name !== "reload") setStopped(host, service, name === "stop");
      world.changed();
    });
}

/** The calls. */
export const routes: readonly Route[] = [
  get(PATH, (pve) => Object.keys(SERVICES).map((name) => shown(pve, name))),
  get(ONE, () => ["state", "start", "stop", "restart", "reload"].map((subdir) => ({ subdir }))),
  get(`${ONE}/state`, (pve, { service = "" }) => shown(pve, service)),
  post(`${ONE}/start`, command("start")),
  post(`${ONE}/stop`, command("stop")),
  post(`${ONE}/restart`, command("restart")),
  post(`${ONE}/reload`, command("reload")),
];
