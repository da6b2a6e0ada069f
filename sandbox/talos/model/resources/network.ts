/** Resources of the network of a machine: one card, `eth0`, with one address (siderolabs/talos v1.13.9, resources/network). */
import type { Guest } from "../guests.ts";
import { hostnameOf } from "../placed.ts";
import type { Kind, Place, Resources } from "./kind.ts";

const namespace = "network";
const SCOPE = "global|site=200|link=253|host=254|nowhere=255";
const FAMILY = "inet4=2|inet6=10";

/** The network of a guest, from its address: `10.20.0.0/24`. */
function subnetOf({ address, prefixLength }: Guest): string {
  const bits = 2 ** (32 - prefixLength);
  const number = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const first = Math.floor(number / bits) * bits;
  return `${[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join(".")}/${prefixLength}`;
}

const cidr = ({ address, prefixLength }: Guest): string => `${address}/${prefixLength}`;

function nodeAddresses({ machine }: Place): Resources {
  const own = [cidr(machine.guest)];
  const held = machine.stage === "configured" && machine.entry.holds !== undefined ? [`${machine.entry.holds}/32`] : [];
  const current = { addresses: [...own, ...held], sortAlgorithm: "v1" };
  const first = { addresses: own, sortAlgorithm: "v1" };
  const all = { accumulative: current, current, default: first, routed: first };
  return machine.stage === "maintenance" ? all : { ...all, "current-k8s": current, "routed-k8s": first };
}

function links({ machine: { guest } }: Place): Resources {
  const { mac } = guest;
  const common = { queueDisc: "noqueue", slaveKind: "", kind: "", port: "Other", duplex: "Unknown" } as const;
  return {
    eth0: {
      ...common,
      index: 8,
      type: "ether",
      linkIndex: 0,
      flags: "UP,BROADCAST,RUNNING,MULTICAST,LOWER_UP",
      hardwareAddr: mac,
      permanentAddr: mac,
      broadcastAddr: "ff:ff:ff:ff:ff:ff",
      mtu: 1500,
      queueDisc: "pfifo_fast",
      operationalState: "up",
      driver: "virtio_net",
      linkState: true,
    },
    lo: {
      ...common,
      index: 1,
      type: "loopback",
      linkIndex: 0,
      flags: "UP,LOOPBACK,RUNNING,LOWER_UP",
      hardwareAddr: "00:00:00:00:00:00",
      permanentAddr: "",
      broadcastAddr: "00:00:00:00:00:00",
      mtu: 65536,
      operationalState: "unknown",
      linkState: true,
    },
  };
}

function routes({ machine: { guest } }: Place): Resources {
  const common = { family: "inet4", outLinkIndex: 8, outLinkName: "eth0", table: "main", type: "unicast", flags: "" };
  const subnet = subnetOf(guest);
  const priority = 1024;
  const near = {
    ...common,
    dst: subnet,
    src: guest.address,
    gateway: "",
    priority: 0,
    scope: "link",
    protocol: "kernel",
  };
  if (guest.gateway === null) return { [`inet4//${subnet}/0`]: near };
  const { gateway } = guest;
  return {
    [`inet4/${gateway}//${priority}`]: {
      ...common,
      dst: "",
      src: guest.address,
      gateway,
      priority,
      scope: "global",
      protocol: "boot",
    },
    [`inet4//${subnet}/0`]: near,
  };
}

const LINK_TYPES = "netrom|ether|loopback=772";
const LINK_FLAGS = "UP=1|BROADCAST=2|LOOPBACK=8|RUNNING=64|MULTICAST=4096|LOWER_UP=65536";

/** Types of the network. */
export const networkKinds: readonly Kind[] = [
  {
    type: "HostnameStatuses.net.talos.dev",
    namespace,
    aliases: ["hostname"],
    columns: { Hostname: "{.hostname}", Domainname: "{.domainname}" },
    spec: "hostname:1 domainname:2",
    always: ({ machine }) => ({ hostname: { hostname: hostnameOf(machine), domainname: "" } }),
  },
  {
    type: "NodeAddresses.net.talos.dev",
    namespace,
    columns: { Addresses: "{.addresses}", SortAlgorithm: "{.sortAlgorithm}" },
    spec: "addresses:1*=prefix sortAlgorithm:2=(v1|v2)",
    always: nodeAddresses,
  },
  {
    type: "AddressStatuses.net.talos.dev",
    namespace,
    aliases: ["address", "addresses"],
    columns: { Address: "{.address}", Link: "{.linkName}" },
    spec: `address:1=prefix local:2=ip broadcast:3=ip linkIndex:6=int linkName:7 family:8=(${FAMILY}) scope:9=(${SCOPE})
      flags:10=(permanent=128) priority:11=int`,
    always({ machine: { guest } }) {
      const common = { family: "inet4", flags: "permanent" };
      const address = cidr(guest);
      return {
        [`eth0/${address}`]: {
          ...common,
          address,
          local: guest.address,
          linkIndex: 8,
          linkName: "eth0",
          scope: "global",
        },
        "lo/127.0.0.1/8": {
          ...common,
          address: "127.0.0.1/8",
          local: "127.0.0.1",
          linkIndex: 1,
          linkName: "lo",
          scope: "host",
        },
      };
    },
  },
  {
    type: "LinkStatuses.net.talos.dev",
    namespace,
    aliases: ["link", "links"],
    sensitive: true,
    columns: {
      Alias: "{.alias}",
      Type: "{.type}",
      Kind: "{.kind}",
      "Hw Addr": "{.hardwareAddr}",
      "Oper State": "{.operationalState}",
      "Link State": "{.linkState}",
    },
    spec: `index:1=int type:2=(${LINK_TYPES}) linkIndex:3=int flags:4=(${LINK_FLAGS}) hardwareAddr:5=mac broadcastAddr:6=mac
      mtu:7=int queueDisc:8 operationalState:10=(unknown|notPresent|down|lowerLayerDown|testing|dormant|up) kind:11 slaveKind:12
      driver:15 linkState:22=int port:24=(Other=255) duplex:25=(Half|Full|Unknown=255) permanentAddr:30=mac`,
    always: links,
  },
  {
    type: "RouteStatuses.net.talos.dev",
    namespace,
    aliases: ["route", "routes"],
    columns: { Destination: "{.dst}", Gateway: "{.gateway}", Link: "{.outLinkName}", Metric: "{.priority}" },
    spec: `family:1=(${FAMILY}) dst:2=prefix src:3=ip gateway:4=ip outLinkIndex:5=int outLinkName:6 table:7=(main=254)
      priority:8=int scope:9=(${SCOPE}) type:10=(unicast=1) protocol:12=(kernel=2|boot=3|static=4)`,
    always: routes,
  },
  {
    type: "ResolverStatuses.net.talos.dev",
    namespace,
    aliases: ["resolvers"],
    columns: { Resolvers: "{.dnsServers}", "Search Domains": "{.searchDomains}" },
    spec: "dnsServers:1*=ip searchDomains:2*",
    configured: ({ machine: { facts } }) => ({ resolvers: { dnsServers: facts.resolvers, searchDomains: [] } }),
  },
  {
    type: "TimeServerStatuses.net.talos.dev",
    namespace,
    aliases: ["timeserver", "timeservers"],
    columns: { Timeservers: "{.timeServers}" },
    spec: "timeServers:1*",
    configured: ({ machine: { facts } }) => ({ timeservers: { timeServers: facts.timeServers } }),
  },
  {
    type: "NetworkStatuses.net.talos.dev",
    namespace,
    aliases: ["netstatus", "netstatuses"],
    columns: {
      Address: "{.addressReady}",
      Connectivity: "{.connectivityReady}",
      Hostname: "{.hostnameReady}",
      Etc: "{.etcFilesReady}",
    },
    spec: "addressReady:1=int connectivityReady:2=int hostnameReady:3=int etcFilesReady:4=int",
    always: () => ({
      status: { addressReady: true, connectivityReady: true, hostnameReady: true, etcFilesReady: true },
    }),
  },
  {
    type: "HardwareAddresses.net.talos.dev",
    namespace,
    spec: "name:1 hardwareAddr:2=mac",
    always: ({ machine: { guest } }) => ({ first: { name: "eth0", hardwareAddr: guest.mac } }),
  },
  // Of configuration that no machine here has: what it makes is refused where it is given (validate.ts), or not played.
  ...["ProbeStatuses", "StaticHosts", "LinkAliasSpecs"].map((name) => ({
    type: `${name}.net.talos.dev`,
    namespace,
    spec: "alias:1",
  })),
];
