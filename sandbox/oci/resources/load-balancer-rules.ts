/** What of load balancers listeners go by: host names, rule sets, path routes, routing policies, cipher suites. */
import { z } from "zod";
import type { Attributes } from "../../plugin/resource.ts";
import { text, texts } from "../kernel/resource.ts";
import type { Part } from "../kernel/part.ts";
import { conflict, invalid, referenced } from "../model/refusals.ts";
import { loadBalancer, type LoadBalancerBody } from "./load-balancer.ts";
import { byName } from "./network-load-balancer.ts";

const SERVICE = "Load Balancer";

const common = {
  service: SERVICE,
  parent: loadBalancer,
  whole: true,
  key: "name",
  place: { id: "load_balancer_id" },
  fixed: ["name"],
} as const;

/** A listener's fields that name such parts: one, or several. */
const FIELDS = ["hostnameNames", "ruleSetNames", "pathRouteSetName", "routingPolicyName"] as const;
type Naming = (typeof FIELDS)[number];

const namedBy = (listener: Attributes, field: Naming): readonly unknown[] => [listener[field] ?? []].flat();

/** @throws Refusal while a listener names it */
function requireUnused({ listeners }: LoadBalancerBody, what: string, field: Naming, name: string): void {
  const user = listeners.find((each) => namedBy(each, field).includes(name));
  if (user) throw referenced(SERVICE, `${what} ${name}`, `the listener ${user.name}`);
}

/** @throws for a backend set that the load balancer has not */
function requireSet({ backendSets }: LoadBalancerBody, name: string): void {
  if (!byName(backendSets, name)) throw invalid(SERVICE, `backendSetName ${name} is none of the load balancer's.`);
}

const hostnameBody = z.object({ name: text, hostname: text });
/** As the load balancer keeps it. */
export type Hostname = z.output<typeof hostnameBody>;

/** Listeners on one port are told apart by them. */
export const loadBalancerHostname: Part<LoadBalancerBody, Hostname> = {
  ...common,
  type: "oci_load_balancer_hostname",
  idType: "hostname",
  operation: "Hostname",
  path: "hostnames",
  body: hostnameBody,
  all: ({ hostnames }) => hostnames,
  check({ name, hostname }, { parent }) {
    const other = parent.hostnames.find((each) => each.name !== name && each.hostname === hostname);
    if (other) throw conflict(SERVICE, `Hostname ${other.name} already is ${hostname}.`);
  },
  remove: ({ name }, parent) => requireUnused(parent, "The hostname", "hostnameNames", name),
};

const header = { header: text };
const value = { ...header, value: text };
const around = { ...header, prefix: z.string().optional(), suffix: z.string().optional() };
const conditions = z.array(z.object({ attributeName: text }).catchall(z.json())).min(1);
/** What else a rule says, such as its `description`, is kept. */
const said = <T extends z.core.$ZodLooseShape>(shape: T) => z.object(shape).catchall(z.json());
/** oracle/oci-go-sdk v65, loadbalancer/*_rule.go */
const rule = z.discriminatedUnion("action", [
  said({ action: z.enum(["ADD_HTTP_REQUEST_HEADER", "ADD_HTTP_RESPONSE_HEADER"]), ...value }),
  said({
    action: z.enum(["EXTEND_HTTP_REQUEST_HEADER_VALUE", "EXTEND_HTTP_RESPONSE_HEADER_VALUE"]),
    ...around,
  }),
  said({ action: z.enum(["REMOVE_HTTP_REQUEST_HEADER", "REMOVE_HTTP_RESPONSE_HEADER"]), ...header }),
  said({
    action: z.literal("CONTROL_ACCESS_USING_HTTP_METHODS"),
    allowedMethods: texts,
    statusCode: z.int().default(405),
  }),
  said({ action: z.literal("ALLOW"), conditions }),
  said({ action: z.literal("REDIRECT"), conditions, responseCode: z.int().default(302) }),
  said({ action: z.literal("HTTP_HEADER") }),
  said({ action: z.literal("IP_BASED_MAX_CONNECTIONS") }),
]);
const ruleSetBody = z.object({ name: text, items: z.array(rule).min(1) });
/** As the load balancer keeps it. */
export type RuleSet = z.output<typeof ruleSetBody>;

/** What a listener does with headers, methods, clients and addresses. */
export const loadBalancerRuleSet: Part<LoadBalancerBody, RuleSet> = {
  ...common,
  type: "oci_load_balancer_rule_set",
  idType: "ruleset",
  operation: "RuleSet",
  path: "ruleSets",
  body: ruleSetBody,
  all: ({ ruleSets }) => ruleSets,
  remove: ({ name }, parent) => requireUnused(parent, "The rule set", "ruleSetNames", name),
};

const MATCHES = ["EXACT_MATCH", "FORCE_LONGEST_PREFIX_MATCH", "PREFIX_MATCH", "SUFFIX_MATCH"] as const;
const pathRouteSetBody = z.object({
  name: text,
  pathRoutes: z
    .array(z.object({ path: text, backendSetName: text, pathMatchType: z.object({ matchType: z.enum(MATCHES) }) }))
    .min(1),
});
/** As the load balancer keeps it. */
export type PathRouteSet = z.output<typeof pathRouteSetBody>;

/** Which set of backends a path is for. */
export const loadBalancerPathRouteSet: Part<LoadBalancerBody, PathRouteSet> = {
  ...common,
  type: "oci_load_balancer_path_route_set",
  idType: "pathrouteset",
  operation: "PathRouteSet",
  path: "pathRouteSets",
  body: pathRouteSetBody,
  all: ({ pathRouteSets }) => pathRouteSets,
  check: ({ pathRoutes }, { parent }) => pathRoutes.forEach(({ backendSetName }) => requireSet(parent, backendSetName)),
  remove: ({ name }, parent) => requireUnused(parent, "The path route set", "pathRouteSetName", name),
};

const routingPolicyBody = z.object({
  name: text,
  conditionLanguageVersion: z.literal("V1"),
  rules: z
    .array(
      z.object({
        name: text,
        condition: text,
        actions: z.array(z.object({ name: z.literal("FORWARD_TO_BACKENDSET"), backendSetName: text })).min(1),
      }),
    )
    .min(1),
});
/** As the load balancer keeps it. */
export type RoutingPolicy = z.output<typeof routingPolicyBody>;

/** Which set of backends a request is for. */
export const loadBalancerRoutingPolicy: Part<LoadBalancerBody, RoutingPolicy> = {
  ...common,
  type: "oci_load_balancer_load_balancer_routing_policy",
  idType: "routingpolicy",
  operation: "RoutingPolicy",
  path: "routingPolicies",
  body: routingPolicyBody,
  all: ({ routingPolicies }) => routingPolicies,
  check: ({ rules }, { parent }) =>
    rules.flatMap(({ actions }) => actions).forEach(({ backendSetName }) => requireSet(parent, backendSetName)),
  remove: ({ name }, parent) => requireUnused(parent, "The routing policy", "routingPolicyName", name),
};

const cipherSuiteBody = z.object({ name: text, ciphers: texts });
/** As the load balancer keeps it. */
export type CipherSuite = z.output<typeof cipherSuiteBody>;

/** One of one's own, beside Oracle's. */
export const loadBalancerCipherSuite: Part<LoadBalancerBody, CipherSuite> = {
  ...common,
  type: "oci_load_balancer_ssl_cipher_suite",
  idType: "sslciphersuite",
  operation: "SSLCipherSuite",
  path: "sslCipherSuites",
  body: cipherSuiteBody,
  all: ({ sslCipherSuites }) => sslCipherSuites,
  check({ name }) {
    if (name.startsWith("oci-")) throw invalid(SERVICE, `name ${name} is Oracle's own.`);
  },
  remove({ name }, { listeners, backendSets }) {
    const user = [...listeners, ...backendSets].find((each) => each.sslConfiguration?.cipherSuiteName === name);
    if (user) throw referenced(SERVICE, `The cipher suite ${name}`, user.name);
  },
};

/** @throws for a name in a listener that the load balancer has not */
export function requireNames(parent: LoadBalancerBody, listener: Attributes): void {
  const there: Readonly<Record<Naming, readonly { readonly name: string }[]>> = {
    hostnameNames: parent.hostnames,
    ruleSetNames: parent.ruleSets,
    pathRouteSetName: parent.pathRouteSets,
    routingPolicyName: parent.routingPolicies,
  };
  for (const field of FIELDS)
    for (const name of namedBy(listener, field))
      if (!byName(there[field], String(name)))
        throw invalid(SERVICE, `${field} ${String(name)} is none of the load balancer's.`);
}
