/** Addresses out of the networks of pods and services. */
import ipaddr from "ipaddr.js";
import { listAt, textAt } from "../objects/fields.ts";
import type { Cluster } from "./cluster.ts";

/** The address at a place in a subnet; null where it has none there. */
export function addressAt(subnet: string, offset: number): string | null {
  if (!ipaddr.isValidCIDR(subnet)) return null;
  const [network, length] = ipaddr.parseCIDR(subnet);
  const bytes = network.toByteArray();
  let rest = offset;
  for (let n = bytes.length - 1; n >= 0 && rest > 0; n--) {
    const sum = (bytes[n] ?? 0) + (rest % 256);
    bytes[n] = sum % 256;
    rest = Math.floor(rest / 256) + Math.floor(sum / 256);
  }
  const address = ipaddr.fromByteArray(bytes);
  return address.kind() === network.kind() && address.match(network, length) ? address.toString() : null;
}

/** Whether a subnet has an address. */
export function isIn(subnet: string, address: string): boolean {
  if (!ipaddr.isValidCIDR(subnet) || !ipaddr.isValid(address)) return false;
  const [network, length] = ipaddr.parseCIDR(subnet);
  const parsed = ipaddr.parse(address);
  return parsed.kind() === network.kind() && parsed.match(network, length);
}

function firstFree(subnet: string, from: number, taken: ReadonlySet<string>): string | null {
  for (let n = from; n < from + 70_000; n++) {
    const address = addressAt(subnet, n);
    if (address === null) return null;
    if (!taken.has(address)) return address;
  }
  return null;
}

/** An address for a pod on a node; the first is the bridge's. */
export function podAddress({ store }: Cluster, podCidr: string): string | null {
  return firstFree(podCidr, 2, new Set(store.list("Pod").map((pod) => textAt(pod, "status", "podIP"))));
}

/** An address for a service; the first ones are for those that choose their own, as the tenth for the DNS. */
export function serviceAddress({ store, serviceSubnet }: Cluster): string | null {
  const taken = store.list("Service").flatMap((service) => listAt(service, "spec", "clusterIPs").map(String));
  return firstFree(serviceSubnet, 257, new Set(taken));
}

/** A subnet of 256 addresses of the pods' network for a node. */
export function nodeSubnet({ store, podSubnet }: Cluster): string | null {
  const taken = new Set(store.list("Node").map((node) => textAt(node, "spec", "podCIDR").split("/")[0]));
  if (!ipaddr.isValidCIDR(podSubnet)) return null;
  for (let n = 0; n < 4_096; n++) {
    const address = addressAt(podSubnet, n * 256);
    if (address === null) return null;
    if (!taken.has(address)) return `${address}/${address.includes(":") ? 120 : 24}`;
  }
  return null;
}

const NODE_PORTS = { first: 30_000, count: 2_768 };

/** A port on every node. */
export function nodePort({ store }: Cluster): number {
  const taken = new Set(
    store
      .list("Service")
      .flatMap((service) =>
        listAt(service, "spec", "ports").map((port) =>
          typeof port === "object" && port !== null && "nodePort" in port ? port.nodePort : 0,
        ),
      ),
  );
  const found = Array.from({ length: NODE_PORTS.count }, (_, n) => NODE_PORTS.first + ((n * 769) % NODE_PORTS.count));
  return found.find((each) => !taken.has(each)) ?? NODE_PORTS.first;
}
