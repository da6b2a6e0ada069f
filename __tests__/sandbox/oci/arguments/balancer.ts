/** Network load balancers and their parts. */
import type { Json } from "../../../../sandbox/plugin/resource.ts";
import { type Case, OTHER } from "./case.ts";
import { BALANCERS, type Made } from "./world.ts";

const ELSEWHERE = "the addresses tell it";
const IN_PATH = { network_load_balancer_id: "in the path" };
const base64 = (text: string): string => Buffer.from(text).toString("base64");

const sets = ({ balancer }: Made): string => `${BALANCERS}/${balancer}/backendSets`;

/** Health checkers of one protocol: what the others have stays out. */
function backendSet(protocol: string, values: Readonly<Record<string, Json>>, others: readonly string[]): Case {
  const at = (name: string): string => `health_checker.${name}`;
  return {
    resource: "oci_network_load_balancer_backend_set",
    variant: protocol,
    path: sets,
    named: "name",
    said: ({ balancer }) => ({
      values: {
        network_load_balancer_id: balancer,
        name: `of-${protocol}`,
        policy: "THREE_TUPLE",
        ip_version: "IPV4",
        ...Object.fromEntries(Object.entries(values).map(([name, value]) => [at(name), value])),
        [at("protocol")]: protocol,
        [at("port")]: 8443,
        [at("interval_in_millis")]: 20_000,
        [at("timeout_in_millis")]: 4000,
        [at("retries")]: 5,
      },
      without: Object.fromEntries(others.map((name) => [at(name), OTHER])),
    }),
    untold: IN_PATH,
  };
}

function backend(variant: string, target: (here: Made) => Record<string, Json>, without: string): Case {
  return {
    resource: "oci_network_load_balancer_backend",
    variant,
    path: (here) => `${sets(here)}/api/backends`,
    named: "name",
    said: (here) => ({
      values: {
        network_load_balancer_id: here.balancer,
        backend_set_name: "api",
        port: 6443,
        weight: 7,
        name: `by-${variant}`,
        ...target(here),
      },
      without: { [without]: OTHER },
    }),
    untold: { ...IN_PATH, backend_set_name: "in the path" },
  };
}

function listener(protocol: string, port: number, values: Record<string, Json>, others: readonly string[]): Case {
  return {
    resource: "oci_network_load_balancer_listener",
    variant: protocol,
    path: ({ balancer }) => `${BALANCERS}/${balancer}/listeners`,
    named: "name",
    said: ({ balancer }) => ({
      values: {
        network_load_balancer_id: balancer,
        default_backend_set_name: "api",
        name: `of-${protocol}`,
        ip_version: "IPV4",
        protocol,
        port,
        ...values,
      },
      without: Object.fromEntries(others.map((name) => [name, OTHER])),
    }),
    untold: IN_PATH,
    body: ({ isPpv2enabled = null, l3ipIdleTimeout, ...body }) => ({
      ...body,
      isPpv2Enabled: isPpv2enabled,
      ...(l3ipIdleTimeout !== undefined && { l3IpIdleTimeout: l3ipIdleTimeout }),
    }),
  };
}

const HTTP = ["url_path", "return_code", "response_body_regex"];
const DATA = ["request_data", "response_data"];

export const balancerCases: readonly Case[] = [
  {
    resource: "oci_network_load_balancer_network_load_balancer",
    path: () => BALANCERS,
    said: ({ subnet, group, reservedIp, network6 }) => ({
      values: {
        subnet_id: subnet,
        network_security_group_ids: [group],
        is_private: false,
        nlb_ip_version: "IPV4_AND_IPV6",
        assigned_ipv6: network6.replace("/64", "").replace(/0000$/, "0099"),
        subnet_ipv6cidr: network6,
        assigned_private_ipv4: "10.0.0.99",
        "reserved_ips.id": reservedIp,
      },
      without: {},
    }),
    untold: {
      assigned_private_ipv4: ELSEWHERE,
      assigned_ipv6: ELSEWHERE,
      subnet_ipv6cidr: ELSEWHERE,
      reserved_ips: ELSEWHERE,
    },
    shows: ({ reservedIp, reservedAddress }) => ({
      ipAddresses: [
        { ipAddress: reservedAddress, isPublic: true, reservedIp: { id: reservedIp } },
        { ipAddress: "10.0.0.99", isPublic: false },
        { ipAddress: expect.stringMatching(/::99$/), isPublic: true, ipVersion: "IPV6" },
      ],
    }),
  },
  backendSet("HTTP", { url_path: "/healthz", return_code: 204, response_body_regex: "^ok$" }, [...DATA, "dns"]),
  backendSet("UDP", { request_data: base64("ping"), response_data: base64("pong") }, [...HTTP, "dns"]),
  backendSet(
    "DNS",
    {
      "dns.domain_name": "lab.example.com",
      "dns.query_class": "IN",
      "dns.query_type": "AAAA",
      "dns.rcodes": ["NOERROR", "REFUSED"],
      "dns.transport_protocol": "TCP",
    },
    [...HTTP, ...DATA],
  ),
  backend("address", () => ({ ip_address: "10.0.0.44" }), "target_id"),
  backend("instance", ({ instance }) => ({ target_id: instance }), "ip_address"),
  listener("TCP_AND_UDP", 6443, { tcp_idle_timeout: 500, udp_idle_timeout: 200 }, ["l3ip_idle_timeout"]),
  listener("L3IP", 0, { l3ip_idle_timeout: 300 }, ["tcp_idle_timeout", "udp_idle_timeout"]),
];
