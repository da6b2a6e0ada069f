/** Backend sets of network load balancers. */
import { z } from "zod";
import type { Json } from "../../plugin/resource.ts";
import { isObject, maybeText as said } from "../model/attributes.ts";
import { fieldsFrom } from "../kernel/operations.ts";
import type { Part } from "../kernel/part.ts";
import { flag, maybeText, text, texts } from "../kernel/resource.ts";
import { conflict, invalid, referenced, requireIpv4 } from "../model/refusals.ts";
import { type Backend, backend, newBackend, requirePort } from "./network-backend.ts";
import { type NetworkBalancerBody, networkLoadBalancer } from "./network-load-balancer.ts";

const SERVICE = "Network Load Balancer Backend Set";

/** Where nothing is said: the examples of Oracle's reference (DnsHealthCheckerDetails), which names no defaults. */
const dnsChecker = z.object({
  domainName: text,
  queryClass: text.default("IN"),
  queryType: text.default("A"),
  rcodes: texts.default(["NOERROR"]),
  transportProtocol: text.default("UDP"),
});

const healthChecker = z
  .object({
    protocol: text,
    // 0: the backend's own port.
    port: z.number().default(0),
    intervalInMillis: z.number().default(10_000),
    timeoutInMillis: z.number().default(3000),
    retries: z.number().default(3),
    urlPath: maybeText,
    returnCode: z.number().nullish(),
    requestData: maybeText,
    responseData: maybeText,
    responseBodyRegex: maybeText,
    dns: dnsChecker.nullish().transform((value) => value ?? null),
  })
  .transform(({ returnCode, ...rest }) => ({
    ...rest,
    returnCode: returnCode ?? (rest.protocol.startsWith("HTTP") ? 200 : null),
  }));

const body = z.object({
  name: text,
  policy: text,
  // The provider's default; the lab turns it off.
  isPreserveSource: flag.default(true),
  isFailOpen: flag.default(false),
  isInstantFailoverEnabled: flag.default(false),
  isInstantFailoverTcpResetEnabled: flag.default(true),
  areOperationallyActiveBackendsPreferred: flag.default(false),
  ipVersion: text.default("IPV4"),
  healthChecker,
  backends: z.array(z.custom<Backend>()).default([]),
});

/** A set, as the network load balancer keeps it. */
export type BackendSet = z.output<typeof body>;

/** @throws ServiceRefusal 400 that says what is allowed */
export function requireOneOf(service: string, value: string, allowed: readonly string[], attribute: string): void {
  if (!allowed.includes(value))
    throw invalid(service, `${attribute} ${value} is not valid: ${allowed.join(", ")}.`, attribute);
}

function checkHealth({ protocol, urlPath, dns }: BackendSet["healthChecker"]): void {
  requireOneOf(SERVICE, protocol, ["HTTP", "HTTPS", "TCP", "UDP", "DNS"], "health_checker.protocol");
  if (protocol.startsWith("HTTP") && urlPath === null)
    throw invalid(SERVICE, `A health checker of ${protocol} needs urlPath.`, "health_checker.url_path");
  if (protocol === "DNS" && !dns) throw invalid(SERVICE, "A health checker of DNS needs dns.", "health_checker.dns");
}

/** Goes when no listener is in front of it. */
export const backendSet: Part<NetworkBalancerBody, BackendSet> = {
  type: "oci_network_load_balancer_backend_set",
  service: SERVICE,
  idType: "backendset",
  operation: "BACKENDSET",
  parent: networkLoadBalancer,
  path: "backendSets",
  place: { id: "network_load_balancer_id" },
  key: "name",
  body,
  fixed: ["name"],
  all: ({ backendSets }) => backendSets,
  prepare(given, { call }) {
    requireIpv4(said(given, "ipVersion"), "ip_version");
    const { backends } = given;
    // A body may bring its backends: then those are all that it has.
    if (!Array.isArray(backends)) return given;
    const made = backends.filter((each: Json) => isObject(each)).map((each) => newBackend(each, call));
    return { ...given, backends: made.map((each) => ({ ...fieldsFrom(backend, call, each, null) })) };
  },
  check(next) {
    requireOneOf(SERVICE, next.policy, ["TWO_TUPLE", "THREE_TUPLE", "FIVE_TUPLE"], "policy");
    checkHealth(next.healthChecker);
    for (const [index, { name, port }] of next.backends.entries()) {
      requirePort(SERVICE, port);
      if (next.backends.slice(0, index).some((other) => other.name === name))
        throw conflict(SERVICE, `${name} is there more than once.`, "backends");
    }
  },
  remove({ name }, { listeners }) {
    const listener = listeners.find(({ defaultBackendSetName }) => defaultBackendSetName === name);
    if (listener) throw referenced(SERVICE, `The backend set ${name}`, `the listener ${listener.name}`);
  },
};
