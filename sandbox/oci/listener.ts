/** Listeners. */
import type { Listener } from "../world/oci.ts";
import { maybeFlag, maybeNumber, maybeText, number, text } from "./attributes.ts";
import { partType, requireOneOf, requirePort, requireSet } from "./load-balancer-part.ts";
import { conflict, requireIpv4 } from "./refusals.ts";

const LISTENER = "Network Load Balancer Listener";

export const listener = partType<Listener>({
  service: LISTENER,
  collection: "listeners",
  parent: (balancer) => balancer.listeners,
  path: (_planned, name) => ["listeners", name],
  attributes: (part, balancer) => ({
    network_load_balancer_id: balancer.id,
    name: part.name,
    default_backend_set_name: part.defaultBackendSetName,
    ip_version: part.ipVersion,
    is_ppv2enabled: part.isPpv2Enabled,
    l3ip_idle_timeout: part.l3ipIdleTimeout,
    port: part.port,
    protocol: part.protocol,
    tcp_idle_timeout: part.tcpIdleTimeout,
    udp_idle_timeout: part.udpIdleTimeout,
  }),
  make(_call, balancer, planned, before) {
    const name = text(planned, "name");
    const protocols = ["ANY", "TCP", "UDP", "TCP_AND_UDP", "L3IP"];
    const protocol = requireOneOf(LISTENER, text(planned, "protocol"), protocols, "protocol");
    const port =
      protocol === "ANY" || protocol === "L3IP"
        ? number(planned, "port")
        : requirePort(LISTENER, number(planned, "port"));
    const sets = text(planned, "default_backend_set_name");
    requireSet(LISTENER, balancer, sets, "default_backend_set_name");
    const same = balancer.listeners.find(
      (other) => other !== before && other.port === port && other.protocol === protocol,
    );
    if (same && same.name !== name)
      throw conflict(LISTENER, `Listener ${same.name} already has ${protocol} port ${port}.`, "port");
    return {
      name,
      defaultBackendSetName: sets,
      port,
      protocol,
      ipVersion: requireIpv4(maybeText(planned, "ip_version"), "ip_version"),
      isPpv2Enabled: maybeFlag(planned, "is_ppv2enabled") ?? false,
      tcpIdleTimeout: maybeNumber(planned, "tcp_idle_timeout") ?? (protocol.includes("TCP") ? 360 : null),
      udpIdleTimeout: maybeNumber(planned, "udp_idle_timeout") ?? (protocol.includes("UDP") ? 120 : null),
      l3ipIdleTimeout: maybeNumber(planned, "l3ip_idle_timeout"),
    };
  },
});
