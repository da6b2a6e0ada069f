/** What a config must obey on Proxmox VE hosts that are there already. */
import { addressAt, cidrOf, contains, parseAddress } from "./cidr.ts";
import { type ConfigIssue, shown } from "./errors.ts";
import { slotOf } from "./fields.ts";
import { nothing, type Rule } from "./rules.ts";
import type { ExistingConfig, HomeConfig, LabConfig } from "./schema.ts";

const HOSTS = 'with proxmox.hosts "existing" the lab has no account and makes no hosts';

/** Control planes have the numbers up to it; workers what comes after. */
export const CONTROL_PLANES = 10;

/** Whether a lab is on hosts that are there already. */
export function isHome(config: LabConfig): config is HomeConfig {
  return config.proxmox !== null;
}

const home =
  (rule: (proxmox: ExistingConfig, config: HomeConfig) => readonly ConfigIssue[]): Rule =>
  (config) =>
    isHome(config) ? rule(config.proxmox, config) : [];

const noAccount: Rule = ({ oci, hosts, micro, kubernetes, images, state, transform, allowPaid }) => [
  ...nothing(oci !== null, ["oci"], "an object", `null (${HOSTS}; preset "homelab" has it so)`),
  ...nothing(hosts.length > 0, ["hosts"], `${hosts.length} of them`, `[] (${HOSTS}: those there are in proxmox.nodes)`),
  ...nothing(micro !== null, ["micro"], shown(micro?.name), `null (${HOSTS})`),
  ...nothing(allowPaid, ["allowPaid"], "true", `false (${HOSTS}: nothing of it costs anything)`),
  ...nothing(kubernetes.placement === "oci", ["kubernetes", "placement"], '"oci"', `"proxmox" (${HOSTS})`),
  ...nothing(images.format !== "qcow2", ["images", "format"], shown(images.format), `"qcow2" (${HOSTS})`),
  ...nothing(state.backend === "oci", ["state", "backend"], '"oci"', `"local" or "s3" (${HOSTS})`),
  ...nothing(transform?.oci !== undefined, ["transform", "oci"], "an object", `nothing (${HOSTS}: no stack oci)`),
];

const numberOf = (text: string): number => parseAddress(text) ?? 0;

/** A range that ends before it begins has no line of its own beside what does not fit into it. */
const addresses = home(({ network }) => {
  const { cidr, gateway, vip } = network;
  const { from, to } = network.addresses;
  const whole = cidrOf(cidr);
  const [first, last] = [addressAt(whole, 1), addressAt(whole, whole.size - 2)];
  const places = { gateway, vip, "addresses.from": from, "addresses.to": to };
  const outside = Object.entries(places).flatMap(([key, text]) =>
    nothing(
      !contains(whole, { base: numberOf(text), prefix: 32, size: 1 }) ||
        numberOf(text) < numberOf(first) ||
        numberOf(text) > numberOf(last),
      ["proxmox", "network", ...key.split(".")],
      shown(text),
      `${first} to ${last} (proxmox.network.cidr is ${cidr})`,
    ),
  );
  const inRange = (text: string): boolean => numberOf(text) >= numberOf(from) && numberOf(text) <= numberOf(to);
  const taken = Object.entries({ gateway, vip }).flatMap(([key, text]) =>
    nothing(inRange(text), ["proxmox", "network", key], shown(text), `an address outside of ${from} to ${to}`),
  );
  const same = nothing(
    vip === gateway,
    ["proxmox", "network", "vip"],
    shown(vip),
    "another address than the gateway's",
  );
  return [...outside, ...taken, ...same];
});

/** How many numbers the nodes need, those of control planes first. */
function needed({ kubernetes }: HomeConfig): number {
  const numbers = kubernetes.nodes.map(({ name, role }) => slotOf(name) + (role === "worker" ? CONTROL_PLANES : 0));
  return Math.max(1, ...numbers);
}

/** The number of a node of Proxmox VE, which fixes the id of its template. */
export function nodeNumber({ nodes }: ExistingConfig, name: string): number {
  const index = nodes.findIndex((node) => node.name === name);
  return nodes[index]?.number ?? index + 1;
}

const room = home((proxmox, config) => {
  const { vmIds, network, nodes } = proxmox;
  const count = needed(config);
  const { from, to } = network.addresses;
  const have = numberOf(to) - numberOf(from) + 1;
  const ids = count + Math.max(...nodes.map(({ name }) => nodeNumber(proxmox, name)));
  const kinds = "ten control planes and the workers";
  return [
    ...nothing(
      have < count,
      ["proxmox", "network", "addresses"],
      `${from} to ${to}`,
      `${count} addresses or more (${kinds} up to the highest number)`,
    ),
    ...nothing(
      vmIds.to - vmIds.from + 1 < ids,
      ["proxmox", "vmIds"],
      `${vmIds.from} to ${vmIds.to}`,
      `${ids} ids or more (${kinds} up to the highest number, and a template for each node)`,
    ),
  ];
});

const nodes = home((proxmox, { kubernetes }) => {
  const names = proxmox.nodes.map(({ name }) => name);
  const numbers = names.map((name) => nodeNumber(proxmox, name));
  const twice = names.flatMap((name, index) => {
    const path = ["proxmox", "nodes", index] as const;
    if (names.indexOf(name) < index) return nothing(true, [...path, "name"], shown(name), "each node once");
    const isTaken = numbers.indexOf(numbers[index] ?? 0) < index;
    return nothing(isTaken, [...path, "number"], shown(numbers[index]), "a number that no other node has");
  });
  const different = [...new Set(names)];
  const unplaced = kubernetes.nodes.flatMap(({ host }, index) => {
    const isKnown = host === undefined ? different.length === 1 : names.includes(host);
    return nothing(!isKnown, ["kubernetes", "nodes", index, "host"], shown(host), different.join(", "));
  });
  return [...twice, ...unplaced];
});

/** Every rule of such a config. */
export const EXISTING_RULES: readonly Rule[] = [noAccount, addresses, room, nodes];
