/** Packages of a host (pve-manager 9.2, API2/APT.pm). All are of the newest version: no repository is ever read. */
import type { Pve } from "../model/context.ts";
import { startTask } from "../model/tasks.ts";
import { QEMU } from "../model/vm-config.ts";
import type { Data } from "./http.ts";
import { VERSION } from "./node-calls.ts";
import { get, post, type Route } from "./route.ts";
import { nothing } from "./values.ts";

const PATH = "nodes/{node}/apt";
const KERNEL = "6.17.2-1-pve";

/** Those that `pveversion -v` names first. */
const PACKAGES: Readonly<Record<string, string>> = {
  "proxmox-ve": "9.2.0",
  "pve-manager": VERSION.version,
  "proxmox-kernel-helper": "9.0.4",
  [`proxmox-kernel-${KERNEL}-signed`]: "6.17.2-1",
  corosync: "3.1.9-pve2",
  lxcfs: "6.0.4-pve1",
  "pve-container": "6.0.18",
  "pve-firewall": "6.0.4",
  "pve-ha-manager": "5.0.8",
  "pve-qemu-kvm": `${QEMU}-3`,
  "qemu-server": "9.2.6",
};

function versions({ host }: Pve): Data {
  return Object.entries(PACKAGES).map(([name, version]) => ({
    Package: name,
    Title: name,
    Description: name,
    Version: version,
    OldVersion: version,
    Arch: host.kind === "x86-kvm" ? "amd64" : "arm64",
    Origin: "Proxmox",
    Priority: "optional",
    Section: "admin",
    CurrentState: "Installed",
    ...(name === "proxmox-ve" && { RunningKernel: KERNEL }),
    ...(name === "pve-manager" && { ManagerVersion: VERSION.version }),
  }));
}

/** The calls. */
export const routes: readonly Route[] = [
  get(`${PATH}/update`, nothing),
  post(`${PATH}/update`, (pve) => startTask(pve, "aptupdate", "", (log) => log("starting apt-get update"))),
  get(`${PATH}/versions`, versions),
];
