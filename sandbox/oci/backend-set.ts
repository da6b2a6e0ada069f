/** Backend sets and backends. */
import { parseAddress } from "../../config/cidr.ts";
import type { Attributes, Call } from "../plugin/resource.ts";
import type { Backend, BackendSet, DnsChecker, HealthChecker } from "../world/oci.ts";
import { block, blocks, maybeFlag, maybeNumber, maybeText, maybeTexts, number, text } from "./attributes.ts";
import { byName, partType, requireOneOf, requirePort, requireSet } from "./load-balancer-part.ts";
import { invalid, notFound, referenced, requireIpv4 } from "./refusals.ts";
import { find } from "./stored.ts";

const SET = "Network Load Balancer Backend Set";
const BACKEND = "Network Load Balancer Backend";

/** Where nothing is said: the examples of Oracle's reference (DnsHealthCheckerDetails), which names no defaults. */
function dnsChecker(dns: Attributes): DnsChecker {
  return {
    domainName: text(dns, "domain_name"),
    queryClass: maybeText(dns, "query_class") ?? "IN",
    queryType: maybeText(dns, "query_type") ?? "A",
    rcodes: maybeTexts(dns, "rcodes") ?? ["NOERROR"],
    transportProtocol: maybeText(dns, "transport_protocol") ?? "UDP",
  };
}

function healthChecker(checker: Attributes): HealthChecker {
  const protocol = requireOneOf(
    SET,
    text(checker, "protocol"),
    ["HTTP", "HTTPS", "TCP", "UDP", "DNS"],
    "health_checker.protocol",
  );
  const http = protocol.startsWith("HTTP");
  if (http && maybeText(checker, "url_path") === null)
    throw invalid(SET, `A health checker of ${protocol} needs urlPath.`, "health_checker.url_path");
  const [dns] = blocks(checker, "dns");
  if (protocol === "DNS" && !dns) throw invalid(SET, "A health checker of DNS needs dns.", "health_checker.dns");
  return {
    protocol,
    // 0: the backend's own port.
    port: maybeNumber(checker, "port") ?? 0,
    intervalInMillis: maybeNumber(checker, "interval_in_millis") ?? 10_000,
    timeoutInMillis: maybeNumber(checker, "timeout_in_millis") ?? 3000,
    retries: maybeNumber(checker, "retries") ?? 3,
    urlPath: maybeText(checker, "url_path"),
    returnCode: maybeNumber(checker, "return_code") ?? (http ? 200 : null),
    requestData: maybeText(checker, "request_data"),
    responseData: maybeText(checker, "response_data"),
    responseBodyRegex: maybeText(checker, "response_body_regex"),
    ...(dns && { dns: dnsChecker(dns) }),
  };
}

function dnsAttributes(dns: DnsChecker): Attributes {
  return {
    domain_name: dns.domainName,
    query_class: dns.queryClass,
    query_type: dns.queryType,
    rcodes: dns.rcodes,
    transport_protocol: dns.transportProtocol,
  };
}

function backendFields(backend: Backend): Attributes {
  return {
    ip_address: backend.ipAddress,
    is_backup: backend.isBackup,
    is_drain: backend.isDrain,
    is_offline: backend.isOffline,
    name: backend.name,
    port: backend.port,
    target_id: backend.targetId,
    weight: backend.weight,
  };
}

export const backendSet = partType<BackendSet>({
  service: SET,
  collection: "backendSets",
  parent: (balancer) => balancer.backendSets,
  path: (_planned, name) => ["backendSets", name],
  attributes: (set, balancer) => ({
    network_load_balancer_id: balancer.id,
    name: set.name,
    policy: set.policy,
    are_operationally_active_backends_preferred: set.areOperationallyActiveBackendsPreferred,
    backends: set.backends.map(backendFields),
    health_checker: [
      {
        protocol: set.healthChecker.protocol,
        port: set.healthChecker.port,
        interval_in_millis: set.healthChecker.intervalInMillis,
        timeout_in_millis: set.healthChecker.timeoutInMillis,
        retries: set.healthChecker.retries,
        url_path: set.healthChecker.urlPath,
        return_code: set.healthChecker.returnCode,
        request_data: set.healthChecker.requestData,
        response_data: set.healthChecker.responseData,
        response_body_regex: set.healthChecker.responseBodyRegex,
        dns: set.healthChecker.dns ? [dnsAttributes(set.healthChecker.dns)] : [],
      },
    ],
    ip_version: set.ipVersion,
    is_fail_open: set.isFailOpen,
    is_instant_failover_enabled: set.isInstantFailoverEnabled,
    is_instant_failover_tcp_reset_enabled: set.isInstantFailoverTcpResetEnabled,
    is_preserve_source: set.isPreserveSource,
  }),
  make: (_call, _balancer, planned, before) => ({
    name: text(planned, "name"),
    policy: requireOneOf(SET, text(planned, "policy"), ["TWO_TUPLE", "THREE_TUPLE", "FIVE_TUPLE"], "policy"),
    // The provider's default; the lab turns it off.
    isPreserveSource: maybeFlag(planned, "is_preserve_source") ?? true,
    isFailOpen: maybeFlag(planned, "is_fail_open") ?? false,
    isInstantFailoverEnabled: maybeFlag(planned, "is_instant_failover_enabled") ?? false,
    isInstantFailoverTcpResetEnabled: maybeFlag(planned, "is_instant_failover_tcp_reset_enabled") ?? true,
    areOperationallyActiveBackendsPreferred: maybeFlag(planned, "are_operationally_active_backends_preferred") ?? false,
    ipVersion: requireIpv4(maybeText(planned, "ip_version"), "ip_version"),
    healthChecker: healthChecker(block(planned, "health_checker")),
    backends: before?.backends ?? [],
  }),
  remove(balancer, set) {
    const listener = balancer.listeners.find(({ defaultBackendSetName }) => defaultBackendSetName === set.name);
    if (listener) throw referenced(SET, `The backend set ${set.name}`, `the listener ${listener.name}`);
  },
});

/** A backend is an address, or the private address of an instance. */
function backendTarget(call: Call, planned: Attributes): { ipAddress: string | null; targetId: string | null } {
  const targetId = maybeText(planned, "target_id");
  if (targetId !== null) {
    const target = find(call, call.world.state.oci.instances, targetId);
    if (target === null) throw notFound(BACKEND, `target ${targetId}`, "target_id");
    return { ipAddress: target.privateIp, targetId };
  }
  const ipAddress = maybeText(planned, "ip_address");
  if (ipAddress === null) throw invalid(BACKEND, "A backend needs ipAddress or targetId.", "ip_address");
  if (parseAddress(ipAddress) === null)
    throw invalid(BACKEND, `ipAddress ${ipAddress} is no IPv4 address.`, "ip_address");
  return { ipAddress, targetId: null };
}

export const backend = partType<Backend>({
  service: BACKEND,
  collection: "backends",
  parent: (balancer, ids) => byName(balancer.backendSets, ids.backendSets)?.backends ?? null,
  path: (planned, name) => ["backendSets", text(planned, "backend_set_name"), "backends", name],
  attributes: (part, balancer, ids) => ({
    ...backendFields(part),
    network_load_balancer_id: balancer.id,
    backend_set_name: ids.backendSets ?? null,
  }),
  make(call, balancer, planned) {
    requireSet(BACKEND, balancer, text(planned, "backend_set_name"), "backend_set_name");
    const target = backendTarget(call, planned);
    const port = requirePort(BACKEND, number(planned, "port"));
    // As the provider names one that has no name.
    const name = target.targetId === null ? `${target.ipAddress}:${port}` : `${target.targetId}.${port}`;
    return {
      ...target,
      name: maybeText(planned, "name") ?? name,
      port,
      weight: maybeNumber(planned, "weight") ?? 1,
      isBackup: maybeFlag(planned, "is_backup") ?? false,
      isDrain: maybeFlag(planned, "is_drain") ?? false,
      isOffline: maybeFlag(planned, "is_offline") ?? false,
    };
  },
});
