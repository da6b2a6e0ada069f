/** Proxmox VE hosts that are there already, of which the lab uses what it is told and changes nothing. */
import { z } from "zod";
import { parseAddress } from "./cidr.ts";
import { field, pattern, privateNetwork, whole } from "./fields.ts";

const address = (meaning: string) =>
  field(
    z.string().refine((text) => parseAddress(text) !== null),
    meaning,
    "an IPv4 address such as 192.168.1.10",
  );

/** Proxmox VE's own ids of storages, bridges and vnets (PVE::JSONSchema, pve-storage-id; pve-iface). */
const storage = (meaning: string) =>
  pattern(/^[a-z][a-z0-9._-]*[a-z0-9]$/i, 100, meaning, "the id of a storage, such as local-lvm");

const api = field(
  z.strictObject({
    address: address("Address of one of the nodes."),
    port: whole(1, 65535, "Port of its API."),
    fingerprint: pattern(
      /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/,
      95,
      "SHA-256 fingerprint of its certificate, as `pvenode cert info` prints it: nobody else is spoken to.",
      "32 bytes in capital hexadecimal with colons, such as AB:CD:…",
    ),
    jump: pattern(
      /^[A-Za-z0-9_][A-Za-z0-9_.@-]*$/,
      255,
      "SSH destination to go through, as ssh takes it: by your own keys, configuration and known hosts. Without it directly.",
      "USER@HOST, or a Host of ~/.ssh/config",
    ).optional(),
    auth: field(
      z.enum(["token", "password"]),
      "How to sign in: by the API token, or by the password of root@pam, of `npx lab secrets proxmox`.",
      '"token" or "password"',
    ),
  }),
  "Where the API of the hosts is. It is one for all nodes of a cluster.",
  "an object with address and fingerprint, and more if wanted",
);

const node = field(
  z.strictObject({
    name: pattern(
      /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i,
      63,
      "Name of the node, as Proxmox VE has it.",
      "letters, digits and hyphens",
    ),
    architecture: field(
      z.enum(["x86_64", "arm64"]),
      "What its processor is, and so what its guests are: `lab doctor` compares.",
      '"x86_64" or "arm64"',
    ),
    number: whole(
      1,
      32,
      "Fixes the VM id of its template, counted from the last of vmIds. Without it its place in the list.",
    ).optional(),
  }),
  "One node that guests may run on.",
  "an object with name and architecture",
);

const network = field(
  z.strictObject({
    bridge: pattern(
      /^[a-zA-Z][a-zA-Z0-9_.-]{0,14}$/,
      15,
      "Bridge of the guests on every node, or a vnet of an SDN that is there.",
      "the name of a bridge or vnet, such as vmbr0",
    ),
    vlan: whole(1, 4094, "VLAN tag of the guests. Without it none.").optional(),
    cidr: privateNetwork(8, 28, "The network that the bridge is in, in which the guests get addresses."),
    gateway: address("Its router."),
    resolvers: field(
      z.array(address("A resolver.")).min(1).max(3),
      "Resolvers of the guests.",
      "a list of 1 to 3 IPv4 addresses",
    ),
    addresses: field(
      z.strictObject({
        from: address("The first: that of control plane 1."),
        to: address("The last."),
      }),
      "Addresses that nobody else has and no router gives out: the first ten are the control planes', the rest the workers'.",
      "an object with from and to",
    ),
    vip: address(
      "Address that the control planes share, in the network and not among addresses: that of Kubernetes' API.",
    ),
  }),
  "The network of the guests.",
  "an object with cidr, gateway, addresses and vip, and more if wanted",
);

/** `proxmox` of a config. */
export const existingSchema = field(
  z.strictObject({
    hosts: field(z.literal("existing"), "That the hosts are there already.", '"existing"'),
    api,
    nodes: field(
      z.array(node).min(1).max(32),
      "The nodes that guests may run on: one host, or some of one cluster.",
      "a list of 1 to 32 nodes",
    ),
    storage: storage("Storage of the guests' disks, on every node."),
    imageStorage: storage("Storage of the Talos image, on every node; it has to take content `import`."),
    vmIds: field(
      z.strictObject({
        from: whole(100, 999_999_999, "The first: that of control plane 1."),
        to: whole(100, 999_999_999, "The last: that of node 1's template."),
      }),
      "VM ids that nobody else has. From the first on control planes, from the eleventh on workers, from the last downwards templates.",
      "an object with from and to",
    ),
    network,
  }),
  "Proxmox VE hosts of your own, instead of an account: [preset homelab](homelab.md). The lab makes a pool, templates and guests there, and touches nothing that it has not made.",
  'null, or an object with hosts: "existing", api, nodes, vmIds and network',
);
