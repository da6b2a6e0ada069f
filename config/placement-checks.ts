/** What a config must obey because of where Talos runs: in virtual machines of the hosts, or straight on the instances, or on hosts of one's own. */
import { type ConfigIssue, shown } from "./errors.ts";
import { EXISTING_RULES } from "./existing-checks.ts";
import { nothing, type Rule } from "./rules.ts";
import type { LabConfig } from "./schema.ts";

const ON_OCI = 'with kubernetes.placement "oci" Talos runs on the instances themselves';

const hostsAreThere: Rule = ({ hosts }) =>
  nothing(hosts.length === 0, ["hosts"], "[]", 'a list of 1 to 32 hosts; none only with kubernetes.placement "oci"');

const imageOfTalos: Rule = ({ oci }) => {
  const id = oci?.talosImageId;
  return nothing(id !== undefined, ["oci", "talosImageId"], shown(id), 'nothing unless kubernetes.placement is "oci"');
};

const formatOfTalos: Rule = ({ images: { format } }) =>
  nothing(
    format !== "qcow2",
    ["images", "format"],
    shown(format),
    '"qcow2" unless kubernetes.placement is "oci": what is built here is packed as .oci, which names its firmware',
  );

const account: Rule = ({ oci, access }) => [
  ...nothing(oci === null, ["oci"], "null", 'an object with region; null only with proxmox.hosts "existing"'),
  ...nothing(
    access.adminCidrs.length === 0,
    ["access", "adminCidrs"],
    "[]",
    'a list of 1 to 50 IPv4 networks, such as ["203.0.113.7/32"]',
  ),
];

const noHosts: Rule = ({ hosts }) => {
  const got = `${hosts.length} host${hosts.length === 1 ? "" : "s"}`;
  const allowed = `[] (${ON_OCI}: sizes are in kubernetes.nodes; preset "direct" has it so)`;
  return nothing(hosts.length > 0, ["hosts"], got, allowed);
};

const noMicro: Rule = ({ micro }) =>
  nothing(micro !== null, ["micro"], shown(micro?.name), `null (${ON_OCI}: there are no hosts to vote)`);

const noNodeHost: Rule = ({ kubernetes }) =>
  kubernetes.nodes.flatMap(({ host }, index) =>
    nothing(host !== undefined, ["kubernetes", "nodes", index, "host"], shown(host), `nothing (${ON_OCI})`),
  );

const noProxmoxTransform: Rule = ({ transform }) =>
  nothing(
    transform?.proxmox !== undefined,
    ["transform", "proxmox"],
    "an object",
    `nothing (${ON_OCI}: no stack proxmox)`,
  );

/** A node is an instance: A1 takes whole GB, 1 to 64 of them per OCPU; a boot volume has at least 50 GB. */
const sizes: Rule = ({ kubernetes }) =>
  kubernetes.nodes.flatMap(({ vcpus, memoryMb, diskGb }, index): readonly ConfigIssue[] => {
    const path = ["kubernetes", "nodes", index];
    const [least, most] = [Math.max(2, vcpus), Math.min(512, vcpus * 64)];
    const fits = memoryMb % 1024 === 0 && memoryMb >= least * 1024 && memoryMb <= most * 1024;
    const whole = `${least * 1024} to ${most * 1024} in steps of 1024 (MB; A1 takes whole GB, 1 to 64 per OCPU)`;
    return [
      ...nothing(!fits, [...path, "memoryMb"], shown(memoryMb), whole),
      ...nothing(
        diskGb < 50,
        [...path, "diskGb"],
        shown(diskGb),
        "50 or more (GB; an instance's boot volume has no less)",
      ),
    ];
  });

/** Machines find the API server's inner addresses by it; the load balancer in front of it lets admins in only. */
const discovery: Rule = ({ kubernetes: { discoveryService, nodes } }) =>
  nothing(
    !discoveryService && nodes.length > 1,
    ["kubernetes", "discoveryService"],
    "false",
    `true with several nodes (${ON_OCI}, and new machines find the API server's inner address by it)`,
  );

const RULES: Readonly<Record<LabConfig["kubernetes"]["placement"], readonly Rule[]>> = {
  proxmox: [account, hostsAreThere, imageOfTalos, formatOfTalos],
  oci: [account, noHosts, noMicro, noNodeHost, noProxmoxTransform, sizes, discovery],
};

/** Every rule of the config's own placement. */
export function placementIssues(config: LabConfig): readonly ConfigIssue[] {
  const rules = config.proxmox === null ? RULES[config.kubernetes.placement] : EXISTING_RULES;
  return rules.flatMap((rule) => rule(config));
}
