/** What the other tables left goes, from the inside out. */
import type { Command } from "./command.ts";

const WAIT = "--wait-for-state TERMINATED --wait-interval-seconds 1";

export const REMOVAL: readonly Command[] = [
  { run: "iam compartment delete --compartment-id $compartment --force", refused: { status: 409, code: "Conflict" } },
  { run: `network subnet delete --subnet-id $subnet --force ${WAIT}`, prints: null },
  {
    run: "network route-table update --rt-id $routes --route-rules [] --force",
    prints: { data: { "route-rules": [] } },
  },
  { run: `network internet-gateway delete --ig-id $gateway --force ${WAIT}`, prints: null },
  { run: "network nsg delete --nsg-id $nsg --force", prints: null },
  { run: `network vcn delete --vcn-id $vcn --force ${WAIT}`, prints: null },
  { run: "iam tag-namespace retire --tag-namespace-id $namespace", prints: { data: { "is-retired": true } } },
];
