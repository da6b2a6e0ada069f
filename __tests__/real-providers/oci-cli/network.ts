/** Networks. Leaves `$vcn` and `$subnet`, in `$compartment`. */
import type { Command } from "./command.ts";

const WAIT = "--wait-for-state AVAILABLE --wait-interval-seconds 1";
const vcn = (name: string, third: number): string =>
  `network vcn create -c $compartment --cidr-blocks ["10.${third}.0.0/16"] --display-name ${name} --dns-label ${name}`;

export const NETWORK: readonly Command[] = [
  {
    run: `${vcn("one", 1)} ${WAIT}`,
    prints: {
      data: {
        "display-name": "one",
        "cidr-blocks": ["10.1.0.0/16"],
        "lifecycle-state": "AVAILABLE",
        "vcn-domain-name": "one.oraclevcn.com",
      },
    },
    keep: {
      vcn: "data.id",
      stale: "etag",
      routes: "data.default-route-table-id",
      security: "data.default-security-list-id",
    },
  },
  { run: vcn("two", 2), prints: { data: { "lifecycle-state": "PROVISIONING" } }, keep: { two: "data.id" } },
  { run: vcn("three", 3), prints: { data: { "dns-label": "three" } }, keep: { three: "data.id" } },
  {
    run: 'network vcn create -c $compartment --cidr-blocks ["10.1.0.0/8"]',
    refused: { status: 400, code: "InvalidParameter" },
  },
  { run: "network vcn list -c $compartment --display-name two --query data[*].id", prints: ["$two"] },
  { run: "network vcn list -c $compartment --lifecycle-state TERMINATED", prints: null },
  { run: "network vcn list -c $compartment --lifecycle-state available --query length(data)", prints: 3 },
  {
    run: 'network vcn list -c $compartment --sort-by DISPLAYNAME --limit 2 --query {names:data[*]."display-name",next:"opc-next-page"}',
    prints: { names: ["one", "three"], next: expect.any(String) },
    keep: { page: "next" },
  },
  {
    run: 'network vcn list -c $compartment --sort-by DISPLAYNAME --limit 2 --page $page --query data[*]."display-name"',
    prints: ["two"],
  },
  {
    run: 'network vcn list -c $compartment --sort-by TIMECREATED --sort-order ASC --all --page-size 1 --query data[*]."display-name"',
    prints: ["one", "two", "three"],
  },
  { run: "network vcn list -c $tenancy", prints: null },
  { run: "network vcn list -c $compartment --limit 5000", refused: { status: 400, code: "InvalidParameter" } },
  {
    run: "network vcn update --vcn-id $vcn --display-name uno --if-match wrong --force",
    refused: { status: 412, code: "NoEtagMatch" },
  },
  {
    run: 'network vcn update --vcn-id $vcn --freeform-tags {"a":"b"} --if-match $stale --force',
    prints: { data: { "freeform-tags": { a: "b" }, "display-name": "one" } },
    keep: { fresh: "etag" },
  },
  { run: "network vcn delete --vcn-id $three --force --if-match wrong", refused: { status: 412, code: "NoEtagMatch" } },
  {
    run: `network vcn delete --vcn-id $three --force --wait-for-state TERMINATED --wait-interval-seconds 1`,
    prints: null,
  },
  { run: "network vcn get --vcn-id $three", refused: { status: 404, code: "NotAuthorizedOrNotFound" } },
  { run: "network vcn delete --vcn-id $two --force", prints: null },
  {
    run: `network subnet create -c $compartment --vcn-id $vcn --cidr-block 10.1.0.0/24 --display-name front --dns-label front ${WAIT}`,
    prints: {
      data: { "virtual-router-ip": "10.1.0.1", "route-table-id": "$routes", "security-list-ids": ["$security"] },
    },
    keep: { subnet: "data.id" },
  },
  {
    run: "network subnet create -c $compartment --vcn-id $vcn --cidr-block 10.1.0.128/25",
    refused: { status: 400, code: "InvalidParameter" },
  },
  { run: "network subnet list -c $compartment --vcn-id $vcn --query data[*].id", prints: ["$subnet"] },
  {
    run: `network internet-gateway create -c $compartment --vcn-id $vcn --is-enabled true --display-name out ${WAIT}`,
    prints: { data: { "is-enabled": true, "lifecycle-state": "AVAILABLE" } },
    keep: { gateway: "data.id" },
  },
  {
    run: 'network route-table update --rt-id $routes --force --route-rules [{"destination":"0.0.0.0/0","destinationType":"CIDR_BLOCK","networkEntityId":"$gateway"}]',
    prints: { data: { "route-rules": [{ destination: "0.0.0.0/0", "network-entity-id": "$gateway" }] } },
  },
  { run: "network internet-gateway delete --ig-id $gateway --force", refused: { status: 409, code: "Conflict" } },
  {
    run: `network nat-gateway create -c $compartment --vcn-id $vcn ${WAIT}`,
    prints: { data: { "nat-ip": expect.stringMatching(/^\d+(\.\d+){3}$/), "block-traffic": false } },
    keep: { nat: "data.id" },
  },
  {
    run: "network nat-gateway delete --nat-gateway-id $nat --force --wait-for-state TERMINATED --wait-interval-seconds 1",
    prints: null,
  },
  {
    run: `network nsg create -c $compartment --vcn-id $vcn --display-name web ${WAIT}`,
    prints: { data: { "display-name": "web", "vcn-id": "$vcn" } },
    keep: { nsg: "data.id" },
  },
  {
    run: 'network nsg rules add --nsg-id $nsg --security-rules [{"direction":"INGRESS","protocol":"6","source":"0.0.0.0/0","sourceType":"CIDR_BLOCK","tcpOptions":{"destinationPortRange":{"min":443,"max":443}}},{"direction":"EGRESS","protocol":"all","destination":"0.0.0.0/0","destinationType":"CIDR_BLOCK"}]',
    prints: { data: { "security-rules": [{ direction: "INGRESS", "is-valid": true }, { direction: "EGRESS" }] } },
    keep: { rule: "data.security-rules.0.id" },
  },
  {
    run: "network nsg rules list --nsg-id $nsg --direction INGRESS",
    prints: { data: [{ id: "$rule", "tcp-options": { "destination-port-range": { min: 443, max: 443 } } }] },
  },
  { run: 'network nsg rules remove --nsg-id $nsg --security-rule-ids ["$rule"]', prints: null },
  { run: "network nsg rules list --nsg-id $nsg --query data[*].direction", prints: ["EGRESS"] },
  {
    run: `network public-ip create -c $compartment --lifetime RESERVED --display-name kept ${WAIT}`,
    prints: { data: { lifetime: "RESERVED", scope: "REGION", "lifecycle-state": "AVAILABLE" } },
    keep: { publicIp: "data.id", address: "data.ip-address" },
  },
  {
    run: "network public-ip list -c $compartment --scope REGION --lifetime RESERVED --query data[*].id",
    prints: ["$publicIp"],
  },
  { run: "network public-ip get --public-ip-address $address --query data.id", prints: "$publicIp" },
  { run: "network public-ip delete --public-ip-id $publicIp --force", prints: null },
  { run: "network dhcp-options list -c $compartment --vcn-id $vcn --query length(data)", prints: 1 },
  { run: "network vcn delete --vcn-id $vcn --force", refused: { status: 409, code: "Conflict" } },
];
