/** Load balancers of both kinds, by their work requests. */
import type { Command } from "./command.ts";

const WAIT = "--wait-for-state SUCCEEDED --wait-interval-seconds 1";
const CHECK = '--health-checker {"protocol":"TCP","port":6443}';

export const BALANCERS: readonly Command[] = [
  {
    run: `nlb network-load-balancer create -c $compartment --display-name api --subnet-id $subnet ${WAIT}`,
    prints: {
      data: { status: "SUCCEEDED", "operation-type": "CREATE_NETWORK_LOAD_BALANCER", "percent-complete": 100 },
    },
    keep: { nlb: "data.resources.0.identifier" },
  },
  {
    run: "nlb network-load-balancer list -c $compartment --display-name api --lifecycle-state ACTIVE",
    prints: { data: { items: [{ id: "$nlb", "subnet-id": "$subnet" }] } },
  },
  { run: "nlb network-load-balancer list -c $compartment --lifecycle-state FAILED", prints: { data: { items: [] } } },
  {
    run: `nlb backend-set create --network-load-balancer-id $nlb --name api --policy FIVE_TUPLE ${CHECK} ${WAIT}`,
    prints: { data: { status: "SUCCEEDED" } },
  },
  {
    run: `nlb backend create --network-load-balancer-id $nlb --backend-set-name api --ip-address 10.1.0.50 --port 6443 ${WAIT}`,
    prints: { data: { status: "SUCCEEDED" } },
  },
  {
    run: "nlb backend list --network-load-balancer-id $nlb --backend-set-name api",
    prints: { data: { items: [{ "ip-address": "10.1.0.50", port: 6443, weight: 1 }] } },
  },
  {
    run: `nlb listener create --network-load-balancer-id $nlb --name api --default-backend-set-name api --port 6443 --protocol TCP ${WAIT}`,
    prints: { data: { status: "SUCCEEDED" } },
  },
  {
    run: "nlb listener get --network-load-balancer-id $nlb --listener-name api",
    prints: { data: { port: 6443, protocol: "TCP", "default-backend-set-name": "api" } },
    keep: { stale: "etag" },
  },
  {
    run: "nlb listener update --network-load-balancer-id $nlb --listener-name api --port 443 --if-match wrong",
    refused: { status: 412, code: "NoEtagMatch" },
  },
  {
    run: `nlb listener update --network-load-balancer-id $nlb --listener-name api --port 443 --if-match $stale ${WAIT}`,
    prints: { data: { status: "SUCCEEDED" } },
  },
  {
    run: "nlb backend-set delete --network-load-balancer-id $nlb --backend-set-name api --force",
    refused: { status: 409, code: "Conflict" },
  },
  {
    run: "nlb work-request list -c $compartment --query length(data.items)",
    prints: 5,
  },
  {
    run: `nlb network-load-balancer delete --network-load-balancer-id $nlb --force ${WAIT}`,
    prints: expect.anything(),
  },
  {
    run: `lb load-balancer create -c $compartment --display-name web --shape-name flexible --shape-details {"minimumBandwidthInMbps":10,"maximumBandwidthInMbps":10} --subnet-ids ["$subnet"] ${WAIT}`,
    prints: {
      data: { "lifecycle-state": "ACTIVE", "shape-name": "flexible", "ip-addresses": [{ "is-public": true }] },
    },
    keep: { lb: "data.id" },
  },
  { run: "lb load-balancer list -c $compartment --display-name web --query data[*].id", prints: ["$lb"] },
  { run: "lb shape list -c $compartment --query data[?name=='flexible'].name", prints: ["flexible"] },
  {
    run: `lb backend-set create --load-balancer-id $lb --name web --policy ROUND_ROBIN --health-checker-protocol TCP ${WAIT}`,
    prints: expect.anything(),
  },
  {
    run: `lb backend create --load-balancer-id $lb --backend-set-name web --ip-address 10.1.0.60 --port 80 ${WAIT}`,
    prints: expect.anything(),
  },
  {
    run: "lb backend list --load-balancer-id $lb --backend-set-name web",
    prints: { data: [{ name: "10.1.0.60:80", weight: 1 }] },
  },
  {
    run: `lb listener create --load-balancer-id $lb --name web --default-backend-set-name web --port 80 --protocol HTTP ${WAIT}`,
    prints: expect.anything(),
  },
  {
    run: "lb load-balancer get --load-balancer-id $lb --query data.listeners.web",
    prints: { port: 80, protocol: "HTTP", "default-backend-set-name": "web" },
  },
  {
    run: 'lb work-request list --load-balancer-id $lb --query data[*]."lifecycle-state"',
    prints: ["SUCCEEDED", "SUCCEEDED", "SUCCEEDED", "SUCCEEDED"],
  },
  { run: "lb rule-set list --load-balancer-id $lb", prints: null },
  { run: `lb load-balancer delete --load-balancer-id $lb --force ${WAIT}`, prints: expect.anything() },
  { run: "lb load-balancer list -c $compartment", prints: null },
];
