/** Scans ports of the lab's public addresses: connects, and sends nothing. */
import { connect } from "node:net";
import { TALOS_API } from "../../../topology/firewall.ts";
import type { Topology } from "../../../topology/types.ts";
import { fail, type Finding, ok, warn } from "../../ui/findings.ts";
import type { Check, CheckContext } from "./check-context.ts";

const SSH = 22;

/** What runs on hosts and machines, by the ports that it listens on. */
const PORTS: readonly (readonly [number, string])[] = [
  [SSH, "SSH"],
  [111, "rpcbind"],
  [2379, "etcd"],
  [3128, "Proxmox's SPICE proxy"],
  [5900, "a console"],
  [6443, "Kubernetes"],
  [8006, "Proxmox VE"],
  [10250, "kubelet"],
  [TALOS_API, "Talos"],
  [50_001, "Talos' trustd"],
];
const PATIENCE_MS = 2000;

interface Target {
  /** Who has the address. */
  readonly name: string;
  readonly address: string;
  /** The one port that may answer; null: none. */
  readonly expected: number | null;
}

function answers(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const end = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.setTimeout(PATIENCE_MS, () => end(false));
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}

/** Connects to all of these ports at once. */
export async function scanPorts(
  { name, address, expected }: Target,
  ports: typeof PORTS = PORTS,
): Promise<readonly Finding[]> {
  const tried = await Promise.all(
    ports.map(async ([port, what]) => ({ port, what, open: await answers(address, port) })),
  );
  const findings = tried
    .filter(({ port, open }) => open && port !== expected)
    .map(({ port, what }) =>
      fail(
        "port scan",
        `${name} (${address}): port ${port}, ${what}, answers from here`,
        "close it: no rule of the plan opens it",
      ),
    );
  if (expected === null || tried.some(({ port, open }) => open && port === expected)) return findings;
  const advice = "see that you come from one of access.adminCidrs";
  return [...findings, warn("port scan", `${name} (${address}): port ${expected} does not answer from here`, advice)];
}

/** Hosts let SSH in, instances with Talos its API, the micro nothing. */
function expectedOf({ placement, hosts, nodes }: Topology, name: string): number | null {
  if (hosts.some((host) => host.name === name)) return SSH;
  return placement === "oci" && nodes.some((node) => node.name === name) ? TALOS_API : null;
}

/** Every instance of the lab that has a public address. */
function targetsOf({ topology, oci, admin }: CheckContext): readonly Target[] {
  const instances = oci.resources.flatMap(({ type, attributes }): readonly Target[] => {
    const { display_name: name, public_ip: address } = attributes;
    if (type !== "oci_core_instance" || typeof name !== "string" || typeof address !== "string" || address === "")
      return [];
    return [{ name, address, expected: expectedOf(topology, name) }];
  });
  const api = { name: "the load balancer", address: admin.server.hostname, expected: Number(admin.server.port || 443) };
  return [...instances, api];
}

/** Tries the ports of every public address of the lab. */
export const portScan: Check = async (context) => {
  const name = "port scan";
  if (context.sandbox) return [ok(name, "of no address: the sandbox's addresses lead nowhere, its rules are above")];
  const targets = targetsOf(context);
  const findings = (await Promise.all(targets.map((target) => scanPorts(target)))).flat();
  if (findings.length > 0) return findings;
  return [
    ok(
      name,
      `at ${targets.length} addresses on ${PORTS.length} ports each: only ${context.topology.placement === "oci" ? "Talos's API" : "SSH"} and the API answer from here`,
    ),
  ];
};
