/** Calls about nodes: what they are made of, and how they are set up. */
import { X509Certificate } from "node:crypto";
import type { PveHost } from "../../world/proxmox.ts";
import { membersOnline, type Pve } from "../model/context.ts";
import { ownHosts } from "../../reach/home.ts";
import { may } from "../model/permissions.ts";
import type { Data } from "./http.ts";

const GIB = 1024 ** 3;
const ROOT_BYTES = 20 * GIB;

/** The version that the sandbox plays. */
export const VERSION = { version: "9.2.7", release: "9.2", repoid: "5e1c9d4b" };

function uptime({ world }: Pve, host: PveHost): number {
  const created =
    [...world.state.oci.instances, ...ownHosts(world)].find(({ id }) => id === host.instanceId)?.timeCreated ??
    world.now();
  return Math.max(1, Math.floor((Date.parse(world.now()) - Date.parse(created)) / 1000));
}

/** Every node, those that are down too. */
export function nodes(pve: Pve): Data {
  const { world, host, datacenter } = pve;
  const online = membersOnline(world, datacenter);
  const names = datacenter.corosync?.nodes.map((node) => node.name) ?? [host.name];
  return names.map((name) => {
    const member = online.find((candidate) => candidate.name === name);
    return {
      node: name,
      id: `node/${name}`,
      type: "node",
      status: member ? "online" : "offline",
      level: "",
      ...(member && {
        ssl_fingerprint: member.certificate.fingerprint,
        ...(may(pve, `/nodes/${name}`, ["Sys.Audit"]) && nodeFigures(pve, member)),
      }),
    };
  });
}

/** The figures that every list of nodes has. */
export function nodeFigures(pve: Pve, host: PveHost): { readonly [key: string]: Data } {
  const maxmem = host.memoryMb * 1024 ** 2;
  return {
    maxcpu: host.cpus,
    cpu: 0.01,
    maxmem,
    mem: Math.floor(maxmem / 4),
    maxdisk: host.rootBytes ?? ROOT_BYTES,
    disk: 4 * GIB,
    uptime: uptime(pve, host),
  };
}

/** `GET nodes/{node}/status` */
export function nodeStatus(pve: Pve): Data {
  const { host } = pve;
  const total = host.memoryMb * 1024 ** 2;
  const used = Math.floor(total / 4);
  const root = host.rootBytes ?? ROOT_BYTES;
  return {
    uptime: uptime(pve, host),
    cpu: 0.01,
    wait: 0,
    idle: 0,
    loadavg: ["0.01", "0.02", "0.00"],
    pveversion: `pve-manager/${VERSION.version}/${VERSION.repoid}`,
    kversion: "Linux 6.17.2-1-pve #1 SMP PREEMPT_DYNAMIC",
    "current-kernel": {
      sysname: "Linux",
      release: "6.17.2-1-pve",
      version: "#1 SMP PREEMPT_DYNAMIC",
      machine: host.kind === "x86-kvm" ? "x86_64" : "aarch64",
    },
    "boot-info": { mode: "efi", secureboot: 0 },
    cpuinfo: {
      cpus: host.cpus,
      cores: host.cpus,
      sockets: 1,
      model: host.kind === "x86-kvm" ? "Intel(R) Core(TM) i5-8500T CPU @ 2.10GHz" : "Neoverse-N1",
      mhz: host.kind === "x86-kvm" ? "2100.000" : "3000.000",
      hvm: host.kind === "x86-kvm" ? "1" : "0",
      flags: "",
      user_hz: 100,
    },
    memory: { total, used, free: total - used, available: total - used },
    swap: { total: 0, used: 0, free: 0 },
    rootfs: { total: root, used: 4 * GIB, free: root - 4 * GIB, avail: root - 4 * GIB },
    ksm: { shared: 0 },
  };
}

/** `GET nodes/{node}/certificates/info` */
export function certificates({ host }: Pve): Data {
  const { certificate, fingerprint } = host.certificate;
  const parsed = new X509Certificate(certificate);
  const seconds = (date: string): number => Math.floor(Date.parse(date) / 1000);
  return [
    {
      filename: "pve-ssl.pem",
      fingerprint,
      issuer: parsed.issuer.replaceAll("\n", ","),
      subject: parsed.subject.replaceAll("\n", ","),
      notbefore: seconds(parsed.validFrom),
      notafter: seconds(parsed.validTo),
      "public-key-type": "id-ecPublicKey",
      "public-key-bits": 256,
      san: (parsed.subjectAltName ?? "").split(", ").map((name) => name.replace(/^[^:]+:/, "")),
      pem: certificate,
    },
  ];
}
