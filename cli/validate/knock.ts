/** Whether anything answers at the lab's own public addresses that should not: a connection is made, and nothing sent. */
import { connect } from "node:net";
import { fail, type Finding, ok, warn } from "../doctor/finding.ts";
import { hostAddresses } from "../access/access.ts";
import type { Check } from "./ground.ts";

/** What runs on hosts and machines, by the ports that it listens on. */
const PORTS: readonly (readonly [number, string])[] = [
  [22, "SSH"],
  [111, "rpcbind"],
  [2379, "etcd"],
  [3128, "Proxmox's SPICE proxy"],
  [5900, "a console"],
  [6443, "Kubernetes"],
  [8006, "Proxmox VE"],
  [10250, "kubelet"],
  [50_000, "Talos"],
  [50_001, "Talos' trustd"],
];
const PATIENCE_MS = 2000;

export interface Door {
  /** Who has the address. */
  readonly name: string;
  readonly address: string;
  /** The one port that may answer. */
  readonly expected: number;
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

/** Knocks at all of these ports at once. */
export async function knock(
  { name, address, expected }: Door,
  ports: typeof PORTS = PORTS,
): Promise<readonly Finding[]> {
  const tried = await Promise.all(
    ports.map(async ([port, what]) => ({ port, what, open: await answers(address, port) })),
  );
  const findings = tried
    .filter(({ port, open }) => open && port !== expected)
    .map(({ port, what }) =>
      fail(
        "knocking",
        `${name} (${address}): port ${port}, ${what}, answers from here`,
        "close it: no rule of the plan opens it",
      ),
    );
  if (tried.some(({ port, open }) => open && port === expected)) return findings;
  const advice = "see that you come from one of access.adminCidrs";
  return [...findings, warn("knocking", `${name} (${address}): port ${expected} does not answer from here`, advice)];
}

export const knocking: Check = async ({ oci, admin, sandbox }) => {
  const name = "knocking";
  if (sandbox) return [ok(name, "at nobody's door: the sandbox's addresses lead nowhere, its rules are above")];
  const hosts = Object.entries(hostAddresses(oci.outputs["host_public_ips"]?.value));
  const doors: readonly Door[] = [
    ...hosts.map(([host, address]) => ({ name: host, address, expected: 22 })),
    { name: "the load balancer", address: admin.server.hostname, expected: Number(admin.server.port || 443) },
  ];
  const findings = (await Promise.all(doors.map((door) => knock(door)))).flat();
  if (findings.length > 0) return findings;
  return [
    ok(name, `at ${doors.length} addresses on ${PORTS.length} ports each: only SSH and the API answer from here`),
  ];
};
