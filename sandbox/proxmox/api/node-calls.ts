/** Calls about nodes: what they are made of, and how they are set up. */
import { X509Certificate } from "node:crypto";
import type { PveHost } from "../../world/proxmox.ts";
import { membersOnline, type Pve } from "../model/context.ts";
import { HOME_ROUTER, ownHosts } from "../../reach/home.ts";
import { OWN_BRIDGE } from "../model/own-hosts.ts";
import { failure } from "../model/errors.ts";
import { may } from "../model/permissions.ts";
import type { Data, Parameters } from "./http.ts";
import { digestOf } from "./values.ts";

const GIB = 1024 ** 3;
const ROOT_BYTES = 20 * GIB;
const HOME_NIC = "enp1s0";

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

/** `GET nodes/{node}/time` */
export function time({ world }: Pve): Data {
  const now = Math.floor(Date.parse(world.now()) / 1000);
  return { time: now, localtime: now, timezone: "Etc/UTC" };
}

/** OCI's resolver, which answers in every VCN; at home the router. */
export const dns = ({ host }: Pve): Data =>
  host.kind === "x86-kvm" ? { dns1: HOME_ROUTER } : { dns1: "169.254.169.254", search: "oraclevcn.com" };

/** `GET nodes/{node}/hosts` */
export function hosts({ host }: Pve): Data {
  const data = `127.0.0.1 localhost\n${host.address} ${host.name}\n`;
  return { data, digest: digestOf(data) };
}

/** Of a machine at home: its NIC, and the bridge on it that has its address. */
const homeInterfaces = ({ address }: PveHost): readonly { readonly [key: string]: Data }[] => {
  const common = { families: ["inet"], method6: "manual", active: 1, exists: 1 };
  return [
    { iface: HOME_NIC, type: "eth", method: "manual", ...common, priority: 3 },
    {
      iface: OWN_BRIDGE,
      type: "bridge",
      method: "static",
      ...common,
      autostart: 1,
      priority: 4,
      address,
      netmask: "24",
      cidr: `${address}/24`,
      gateway: HOME_ROUTER,
      bridge_ports: HOME_NIC,
      bridge_stp: "off",
      bridge_fd: "0",
    },
  ];
};

const fixedInterfaces = (host: PveHost): readonly { readonly [key: string]: Data }[] =>
  host.kind === "x86-kvm" ? homeInterfaces(host) : [nic(host)];

/** The one NIC of an A1 instance. Its address comes by DHCP; PVE's own bridges are those of SDN. */
const nic = (host: PveHost): { readonly [key: string]: Data } => ({
  iface: "enp0s6",
  type: "eth",
  method: "dhcp",
  method6: "manual",
  families: ["inet"],
  active: 1,
  exists: 1,
  autostart: 1,
  priority: 3,
  address: host.address,
});

/** `GET nodes/{node}/network` */
export function interfaces({ host, datacenter }: Pve, { type }: Parameters): Data {
  const { zones, vnets } = datacenter.sdn.running;
  const here = Object.entries(vnets).filter(([, { zone }]) => {
    const nodesOf = zones[String(zone)]?.nodes;
    return !Array.isArray(nodesOf) || nodesOf.length === 0 || nodesOf.includes(host.name);
  });
  const bridges = here.map(([iface]) => ({
    iface,
    type: "vnet",
    method: "manual",
    active: 1,
    exists: 1,
    autostart: 1,
    priority: 4,
  }));
  const all = [...fixedInterfaces(host), ...(type === "include_sdn" || type === "any_bridge" ? bridges : [])];
  return all.filter(
    (found) =>
      type === undefined ||
      type === "include_sdn" ||
      (type === "any_bridge" ? found.type === "vnet" || found.type === "bridge" : found.type === type),
  );
}

/** `GET nodes/{node}/network/{iface}` */
export function networkInterface({ host }: Pve, { iface }: Parameters): Data {
  const named = fixedInterfaces(host).find((each) => each.iface === iface);
  if (!named) throw failure("interface does not exist");
  const { iface: _name, ...found } = named;
  return found;
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
