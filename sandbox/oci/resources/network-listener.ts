/** Listeners of network load balancers. */
import { z } from "zod";
import { maybeText as said } from "../model/attributes.ts";
import type { Part } from "../kernel/part.ts";
import { flag, text } from "../kernel/resource.ts";
import { conflict, notFound, requireIpv4 } from "../model/refusals.ts";
import { requireOneOf } from "./network-backend-set.ts";
import { requirePort } from "./network-backend.ts";
import { byName, type NetworkBalancerBody, networkLoadBalancer } from "./network-load-balancer.ts";

const SERVICE = "Network Load Balancer Listener";
const PROTOCOLS = ["ANY", "TCP", "UDP", "TCP_AND_UDP", "L3IP"];

const idleTimeout = z
  .number()
  .nullish()
  .transform((value) => value ?? null);

const body = z.object({
  name: text,
  defaultBackendSetName: text,
  port: z.number(),
  protocol: text,
  ipVersion: text.default("IPV4"),
  isPpv2Enabled: flag.default(false),
  tcpIdleTimeout: idleTimeout,
  udpIdleTimeout: idleTimeout,
  l3IpIdleTimeout: idleTimeout,
});

/** A listener, as the network load balancer keeps it. */
export type Listener = z.output<typeof body>;

/** One a port and protocol, in front of a set. */
export const listener: Part<NetworkBalancerBody, Listener> = {
  type: "oci_network_load_balancer_listener",
  service: SERVICE,
  idType: "listener",
  operation: "LISTENER",
  parent: networkLoadBalancer,
  path: "listeners",
  place: { id: "network_load_balancer_id" },
  key: "name",
  body,
  fixed: ["name"],
  renames: { is_ppv2enabled: "isPpv2Enabled", l3ip_idle_timeout: "l3IpIdleTimeout" },
  all: ({ listeners }) => listeners,
  prepare(given, { before }) {
    requireIpv4(said(given, "ipVersion"), "ip_version");
    const protocol = said(given, "protocol") ?? before?.protocol ?? "";
    const { tcpIdleTimeout = null, udpIdleTimeout = null } = { ...before, ...given };
    return {
      ...given,
      tcpIdleTimeout: tcpIdleTimeout ?? (protocol.includes("TCP") ? 360 : null),
      udpIdleTimeout: udpIdleTimeout ?? (protocol.includes("UDP") ? 120 : null),
    };
  },
  check({ name, protocol, port, defaultBackendSetName: set }, { parent, before }) {
    requireOneOf(SERVICE, protocol, PROTOCOLS, "protocol");
    if (protocol !== "ANY" && protocol !== "L3IP") requirePort(SERVICE, port);
    if (!byName(parent.backendSets, set))
      throw notFound(SERVICE, `backend set ${set} of ${parent.id}`, "default_backend_set_name");
    const same = parent.listeners.find(
      (other) => other !== before && other.port === port && other.protocol === protocol,
    );
    if (same && same.name !== name)
      throw conflict(SERVICE, `Listener ${same.name} already has ${protocol} port ${port}.`, "port");
  },
};
