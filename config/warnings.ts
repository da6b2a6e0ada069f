/** What works but may surprise: shown beside a config, never in its way. */
import { cidrOf, overlaps } from "./cidr.ts";
import type { LabConfig } from "./schema.ts";

const networks = (texts: readonly string[]) => texts.map(cidrOf);

/** RFC 5737: never assigned to anybody. */
const DOCUMENTATION = networks(["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"]);
/** RFC 1918 and RFC 6598: not what Oracle sees of anybody. */
const PRIVATE = networks(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"]);

/** RFC 6890 and RFC 5771: this host, link-local, multicast, reserved; no source address on the Internet. */
const UNSEEN = networks(["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4"]);

/** Talos system requirements. */
const TALOS_MINIMUM = { "control-plane": { vcpus: 2, memoryMb: 2048 }, worker: { vcpus: 1, memoryMb: 1024 } } as const;

function adminNetworks({ access }: LabConfig): readonly string[] {
  const insideAny = (cidr: string, ranges: ReturnType<typeof networks>): boolean =>
    cidrOf(cidr).prefix >= 8 && ranges.some((range) => overlaps(range, cidrOf(cidr)));
  return access.adminCidrs.flatMap((cidr, index) => {
    const field = `access.adminCidrs[${index}]`;
    if (insideAny(cidr, DOCUMENTATION)) {
      return [
        `${field}: ${cidr} is the example's documentation address and lets nobody in; put your public address there`,
      ];
    }
    if (insideAny(cidr, PRIVATE)) {
      return [`${field}: ${cidr} is a private address, which Oracle never sees; put your public address there`];
    }
    if (insideAny(cidr, UNSEEN)) {
      return [`${field}: nobody comes from ${cidr} over the Internet; put your public address there`];
    }
    return cidrOf(cidr).prefix < 8 ? [`${field}: ${cidr} opens SSH and the API server to all of it`] : [];
  });
}

function smallNodes({ kubernetes }: LabConfig): readonly string[] {
  return kubernetes.nodes.flatMap(({ name, role, vcpus, memoryMb }) => {
    const minimum = TALOS_MINIMUM[role];
    if (vcpus >= minimum.vcpus && memoryMb >= minimum.memoryMb) return [];
    const has = `${vcpus} vCPU and ${memoryMb} MB`;
    return [`${name}: ${has} is below Talos's minimum for a ${role} (${minimum.vcpus} vCPU, ${minimum.memoryMb} MB)`];
  });
}

function quorum({ hosts, micro }: LabConfig): readonly string[] {
  if (hosts.length === 0) return [];
  if (hosts.length % 2 === 0 && micro === null) {
    return [
      `hosts: ${hosts.length} hosts without a micro lose quorum when half of them are down; add micro as QDevice`,
    ];
  }
  if (hosts.length % 2 === 1 && micro !== null) {
    return [`micro: ${hosts.length} host${hosts.length === 1 ? "" : "s"} need no QDevice; it helps even numbers only`];
  }
  return [];
}

function controlPlanesShareHosts({ hosts, kubernetes, proxmox }: LabConfig): readonly string[] {
  const count = kubernetes.nodes.filter(({ role }) => role === "control-plane").length;
  if (count === 1 || hosts.length >= 3 || kubernetes.placement === "oci" || proxmox !== null) return [];
  return [`kubernetes.nodes: ${count} control planes on ${hosts.length} host(s) do not survive the loss of one`];
}

function releases({ versions }: LabConfig): readonly string[] {
  return versions.talos.includes("-") ? [`versions.talos: ${versions.talos} is a pre-release`] : [];
}

function money({ allowPaid, oci }: LabConfig): readonly string[] {
  if (!allowPaid) return [];
  const alert =
    oci?.budget.email === undefined
      ? "without oci.budget.email the alert mails nobody"
      : "the budget alert mails about a day later, and stops nothing";
  return [`allowPaid: this lab may cost money; ${alert}`];
}

/** One line per thing worth knowing, in the order of the config. */
export function configWarnings(config: LabConfig): readonly string[] {
  return [money, adminNetworks, quorum, controlPlanesShareHosts, smallNodes, releases].flatMap((rule) => rule(config));
}
