/** A world with Proxmox hosts in it, and the two ways into them. */
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { encrypt } from "unixcrypt";
import { type Call, type Calls, quietCalls } from "../../../sandbox/faults/calls.ts";
import { emptyProxmox, pveEndpoint } from "../../../sandbox/proxmox/index.ts";
import { ownTunnels } from "../../../sandbox/proxmox/model/own-hosts.ts";
import { tunnelEnd } from "../../../sandbox/systems/endpoints.ts";
import { carries } from "../../../sandbox/reach/index.ts";
import { hostRules } from "../../../constructs/oci/host-files.ts";
import { planOnProxmox } from "../../../topology/plan.ts";
import { lab } from "../../config/labs.ts";
import type { Instance } from "../../../sandbox/oci/resources/instance.ts";
import { memoryStore, type Store } from "../../../sandbox/world/store.ts";
import type { World, WorldState } from "../../../sandbox/world/world.ts";
import { emptyOci } from "../../../sandbox/oci/index.ts";

export const PASSWORD = "correct horse";
/** Few rounds, so that a log-in costs next to nothing. */
const HASH = encrypt(PASSWORD, "$6$rounds=1000$salt");

export interface HostOptions {
  readonly name: string;
  readonly ocpus?: number;
  readonly memoryGb?: number;
  readonly bootVolumeGb?: number;
  readonly shape?: string;
  readonly imageObject?: string | null;
}

export function addressOf(name: string): string {
  return `10.0.0.${10 + Number(name.split("-")[1])}`;
}

export function portOf(name: string): number {
  return 18000 + Number(name.split("-")[1]);
}

const PLACE = {
  compartmentId: "ocid1.compartment.oc1..test",
  region: "eu-frankfurt-1",
  timeCreated: "2026-09-01T00:00:00Z",
  freeformTags: {},
  definedTags: {},
};
const SUBNET = {
  id: "ocid1.subnet.oc1.test",
  vcnId: "ocid1.vcn.oc1.test",
  displayName: "hosts",
  cidrBlock: "10.0.0.0/24",
  ipv4CidrBlocks: ["10.0.0.0/24"],
  ipv6CidrBlocks: [],
  dnsLabel: null,
  availabilityDomain: null,
  prohibitPublicIpOnVnic: false,
  routeTableId: "ocid1.routetable.oc1.test",
  securityListIds: ["ocid1.securitylist.oc1.test"],
  dhcpOptionsId: "ocid1.dhcpoptions.oc1.test",
  virtualRouterMac: "00:00:17:00:00:01",
};
const ANY = { protocol: "all", isStateless: false, description: null };
const NO_OPTIONS = { tcpOptions: null, udpOptions: null, icmpOptions: null };
/** Everybody may do everything: what hosts keep out they keep out themselves. */
const OPEN = {
  id: "ocid1.securitylist.oc1.test",
  vcnId: "ocid1.vcn.oc1.test",
  managed: false,
  displayName: "open",
  ingressSecurityRules: [{ ...ANY, ...NO_OPTIONS, source: "0.0.0.0/0", sourceType: "CIDR_BLOCK" }],
  egressSecurityRules: [{ ...ANY, ...NO_OPTIONS, destination: "0.0.0.0/0", destinationType: "CIDR_BLOCK" }],
};

let launched = 0;

export function instance(options: HostOptions): Instance {
  const { name, ocpus = 2, memoryGb = 12, bootVolumeGb = 150, shape = "VM.Standard.A1.Flex" } = options;
  launched += 1;
  const cloudConfig = {
    hostname: name,
    write_files: [{ path: "/etc/nftables.d/ampere-lab-hosts.nft", content: hostRules(planOnProxmox(lab())) }],
    chpasswd: { expire: false, users: [{ name: "root", password: HASH, type: "hash" }] },
  };
  return {
    id: `ocid1.instance.oc1.test.${launched}`,
    bootVolumeId: `ocid1.bootvolume.oc1.test.${launched}`,
    compartmentId: "ocid1.compartment.oc1..test",
    region: "eu-frankfurt-1",
    timeCreated: "2026-09-01T00:00:00Z",
    freeformTags: {},
    definedTags: {},
    displayName: name,
    state: "RUNNING",
    shape,
    ocpus,
    memoryGb,
    bootVolumeGb,
    privateIp: addressOf(name),
    publicIp: null,
    imageObject: options.imageObject === undefined ? "proxmox-ampere-0123.oci" : options.imageObject,
    userData: `#cloud-config\n${JSON.stringify(cloudConfig)}`,
    availabilityDomain: "test:EU-FRANKFURT-1-AD-1",
    faultDomain: "FAULT-DOMAIN-1",
    imageId: "ocid1.image.oc1.test",
    bootVolumeVpus: 10,
    firmware: "UEFI_64",
    metadata: {},
    vnic: {
      id: "ocid1.vnic.oc1.test",
      subnetId: "ocid1.subnet.oc1.test",
      displayName: name,
      hostnameLabel: null,
      nsgIds: [],
      skipSourceDestCheck: false,
      routeTableId: null,
      securityAttributes: {},
      freeformTags: {},
      definedTags: {},
    },
    startedAt: null,
    baselineOcpuUtilization: null,
    extendedMetadata: {},
    ipxeScript: null,
    isAIEnterpriseEnabled: null,
    agentConfig: {
      areAllPluginsDisabled: false,
      isManagementDisabled: false,
      isMonitoringDisabled: false,
      pluginsConfig: [],
    },
    availabilityConfig: { isLiveMigrationPreferred: null, recoveryAction: "RESTORE_INSTANCE" },
    instanceOptions: { areLegacyImdsEndpointsDisabled: false },
    launchOptions: {},
    isPvEncryptionInTransitEnabled: false,
    platformConfig: null,
    securityAttributes: {},
    imageFilter: null,
    ownBootVolume: null,
    instanceConfigurationId: null,
  };
}

/** Whoever wants to hear of calls that were answered, by world. */
const listeners = new WeakMap<WorldState, Set<(call: Call, answer: string) => void>>();

/** Reports each call on an interface of a world from `worldWith`, once it is answered. */
export function listen(world: World, heard: (call: Call, answer: string) => void): void {
  listeners.get(world.state)?.add(heard);
}

export function worldWith(...hosts: readonly HostOptions[]): Store {
  const heard = new Set<(call: Call, answer: string) => void>();
  const calls: Calls = { ...quietCalls, end: (call, answer) => heard.forEach((listener) => listener(call, answer)) };
  const world = memoryStore(
    () => ({
      version: 5,
      oci: emptyOci("pay-as-you-go", (length) => "x".repeat(length)),
      proxmox: emptyProxmox(),
      talos: {},
      tunnels: hosts.map(({ name }) => ({
        name,
        localPort: portOf(name),
        via: name,
        target: { address: addressOf(name), port: 8006 },
      })),
    }),
    calls,
  );
  listeners.set(world.state, heard);
  world.state.oci.instances.push(...hosts.map(instance));
  world.state.oci.subnets.push({ ...PLACE, ...SUBNET });
  world.state.oci.securityLists.push({ ...PLACE, ...OPEN });
  return world;
}

/** Serves a host's port 8006 on a free loopback port, as a tunnel does. */
export async function openPort(
  world: World,
  host: string,
): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((socket) => {
    const own = ownTunnels(world).find(({ name }) => name === host);
    const handler = own ? tunnelEnd(world, own) : pveEndpoint(world, addressOf(host));
    // A firewall that drops SSH does not say so.
    if (!carries(world, { via: host })) socket.on("error", () => socket.destroy()).resume();
    else if (handler) handler(socket);
    else socket.resetAndDestroy();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { server, port: address.port };
}
