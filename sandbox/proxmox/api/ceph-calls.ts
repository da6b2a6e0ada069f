/** Ceph, which no host has installed: every call says so, as Proxmox VE does (pve-manager 9.2, Ceph/Tools.pm). */
import { failure } from "../model/errors.ts";
import { get, type Route } from "./route.ts";

const NODE = "nodes/{node}/ceph";
const INDEX = "cfg cmd-safety crush fs init log mds mgr mon osd pool restart rules start status stop".split(" ");

function absent(): never {
  throw failure("binary not installed: /usr/bin/ceph-mon");
}

const READS = [
  "cluster/ceph/status",
  "cluster/ceph/metadata",
  "cluster/ceph/flags",
  `${NODE}/status`,
  `${NODE}/cfg/raw`,
  `${NODE}/cfg/db`,
  `${NODE}/crush`,
  `${NODE}/fs`,
  `${NODE}/log`,
  `${NODE}/mds`,
  `${NODE}/mgr`,
  `${NODE}/mon`,
  `${NODE}/osd`,
  `${NODE}/pool`,
  `${NODE}/rules`,
];

/** The calls that read. */
export const routes: readonly Route[] = [
  get("cluster/ceph", () => ["flags", "metadata", "status"].map((name) => ({ name }))),
  get(NODE, () => INDEX.map((name) => ({ name }))),
  ...READS.map((path) => get(path, absent)),
];
