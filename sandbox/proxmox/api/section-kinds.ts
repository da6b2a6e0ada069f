/** What Proxmox VE keeps in sections, and what it says of them beside its schema (pve-manager 9.2, pve-access-control 9.1.1). */
import { randomUUID } from "node:crypto";
import type { Pve } from "../model/context.ts";
import { badParameter, failure } from "../model/errors.ts";
import { may } from "../model/permissions.ts";
import { type Options, putSection, sectionsOf } from "../model/sections.ts";
import { listOf } from "./formats.ts";
import type { SectionKind } from "./section-calls.ts";
import { digestOf } from "./values.ts";

/** Users come from: pam, pve, and LDAP, Active Directory or OpenID servers, to which nobody connects here. */
const realms: SectionKind = {
  kind: "realms",
  path: "access/domains",
  key: "realm",
  open: true,
  anonymous: true,
  listed: ["realm", "type", "comment", "default"],
  words: {
    exists: (id) => `domain '${id}' already exists`,
    read: (id) => `domain '${id}' does not exist`,
    delete: (id) => `authentication domain '${id}' does not exist`,
  },
  prefix: {
    create: "add auth server failed: ",
    update: "update auth server failed: ",
    delete: "delete auth server failed: ",
  },
  notKept: ["password", "check-connection"],
  kept(pve, id, options, before) {
    const { type = "" } = options;
    if (before === null && (type === "pam" || type === "pve")) throw failure(`unable to create builtin type '${type}'`);
    const others = Object.entries(sectionsOf(pve, "realms")).filter(([other]) => other !== id);
    // There is one default.
    if (options["default"] === "1")
      for (const [other, { default: is, ...rest }] of others) if (is) putSection(pve, "realms", other, rest);
    return options;
  },
};

/** Where figures go to; nobody connects. */
const metricsServers: SectionKind = {
  kind: "metrics",
  path: "cluster/metrics/server",
  key: "id",
  createdBelow: true,
  anonymous: true,
  listed: ["id", "disable", "type", "server", "port"],
  words: {
    exists: (id) => `Metric server '${id}' already exists`,
    read: (id) => `status server entry '${id}' does not exist`,
    update: (id) => `no such server '${id}'`,
    delete: () => "cannot lookup undefined type! at /usr/share/perl5/PVE/API2/Cluster/MetricServer.pm line 295.",
  },
  notKept: ["token"],
};

const acmePlugins: SectionKind = {
  kind: "acmePlugins",
  path: "cluster/acme/plugins",
  key: "id",
  told: "plugin",
  words: {
    exists: (id) => `ACME plugin ID '${id}' already exists`,
    read: (id) => `ACME plugin '${id}' not defined`,
    update: (id) => `ACME plugin ID '${id}' does not exist`,
  },
  // It comes in base64, and is told in plain.
  more: (_pve, _id, { data }) => ({ data: data && Buffer.from(data, "base64").toString() }),
};

const VISIBLE = ["Mapping.Modify", "Mapping.Use", "Mapping.Audit"];

/** Devices and directories by a name that is the cluster's. */
function mapping(type: "dir" | "pci" | "usb"): SectionKind {
  const what = type === "dir" ? "directory" : "hardware";
  const kind = `mapping ${type}`;
  return {
    kind,
    path: `cluster/mapping/${type}`,
    key: "id",
    type,
    anonymous: true,
    words: {
      exists: (id) => `${type} ID '${id}' already defined`,
      read: (id) => `mapping '${id}' not found`,
      update: (id) => `${type} ID '${id}' does not exist`,
    },
    prefix: { create: `create ${what} mapping failed: `, update: `update ${what} mapping failed: ` },
    visible: (pve, id) => may(pve, `/mapping/${type}/${id}`, VISIBLE, true),
    more: (pve) => ({ digest: digestOf(sectionsOf(pve, kind)) }),
  };
}

/** Times of the week, as the old parameters said them. */
function schedule({ starttime, dow, ...options }: Options, isNew: boolean): Options {
  if (options["schedule"] !== undefined && starttime !== undefined)
    throw badParameter({ starttime: "'starttime' and 'schedule' cannot both be set" });
  if (starttime !== undefined)
    return { ...options, schedule: dow === undefined ? starttime : `${listOf(dow).join(",")} ${starttime}` };
  if (isNew && options["schedule"] === undefined)
    throw badParameter({ schedule: "neither 'starttime' nor 'schedule' were set" });
  return options;
}

const noJob = (id: string) => badParameter({ id: `No such job '${id}'` });

/** Kept, and never run. */
const backupJobs: SectionKind = {
  kind: "backupJobs",
  path: "cluster/backup",
  key: "id",
  type: "vzdump",
  words: { exists: (id) => `Job '${id}' already exists`, read: noJob, update: noJob, delete: noJob },
  inParts: ["prune-backups", "fleecing", "performance"],
  id: (given) => given || `backup-${randomUUID()}`,
  kept: (_pve, _id, options, before) => ({ enabled: "1", ...schedule(options, before === null) }),
};

const replicationJobs: SectionKind = {
  kind: "replication",
  path: "cluster/replication",
  key: "id",
  words: {
    exists: (id) => `replication job '${id}' already exists`,
    read: (id) => `no such replication job '${id}'`,
    update: (id) => `no such job '${id}'`,
    delete: (id) => `no such job '${id}'`,
  },
  notKept: ["keep", "force"],
  visible: (pve, id) => may(pve, `/vms/${id.split("-")[0]}`, ["VM.Audit"]),
  more(_pve, id) {
    const [guest, jobnum] = id.split("-");
    return { guest: Number(guest), jobnum: Number(jobnum) };
  },
  kept: (pve, id, options, before) => (before ? options : replicated(pve, id, options)),
};

function replicated({ datacenter }: Pve, id: string, options: Options): never {
  const guest = id.split("-")[0] ?? "";
  const { target = "" } = options;
  const vm = datacenter.vms[guest];
  if (!vm) throw failure(`Guest '${guest}' does not exist.`);
  const nodes = datacenter.corosync?.nodes.map(({ name }) => name) ?? [];
  if (!nodes.includes(target)) throw failure(`Target '${target}' does not exist.`);
  const { source = vm.node } = options;
  if (source !== vm.node)
    throw failure(`Source '${source}' does not match current node of guest '${guest}' (${vm.node})`);
  if (target === source) throw failure("Source and target must not be identical");
  // That takes ZFS, which no host here has.
  throw failure("No replicatable volumes found");
}

/** When LDAP's users are fetched; none are, here. */
const realmSyncJobs: SectionKind = {
  kind: "realmSyncJobs",
  path: "cluster/jobs/realm-sync",
  key: "id",
  createdBelow: true,
  type: "realm-sync",
  words: { exists: (id) => `Job '${id}' already exists`, read: noJob, update: noJob, delete: noJob },
  kept: (_pve, _id, options) => ({ enabled: "1", ...options }),
};

/** Every kind whose sections are kept and read, and change nothing else. */
export const SECTION_KINDS: readonly SectionKind[] = [
  realms,
  metricsServers,
  acmePlugins,
  mapping("dir"),
  mapping("pci"),
  mapping("usb"),
  backupJobs,
  replicationJobs,
  realmSyncJobs,
];
