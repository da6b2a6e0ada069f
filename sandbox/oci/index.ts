/** The sandbox's OCI tenancy. */
import type { Provider } from "../plugin/resource.ts";
import type { Account, OciTenancy } from "../world/oci.ts";
import type { InventoryItem } from "../world/world.ts";

export const ociProvider: Provider = { source: "oracle/oci", resources: {}, dataSources: {} };

/** A tenancy with nothing in it. */
export function emptyOci(account: Account, random: (length: number) => string): OciTenancy {
  return {
    tenancyId: `ocid1.tenancy.oc1..aaaaaaaa${random(52)}`,
    region: "eu-frankfurt-1",
    account,
    namespace: `fr${random(10)}`,
    compartments: [],
    vcns: [],
    subnets: [],
    internetGateways: [],
    routeTables: [],
    securityLists: [],
    networkSecurityGroups: [],
    images: [],
    instances: [],
    networkLoadBalancers: [],
    budgets: [],
    quotas: [],
  };
}

export interface OciOverview {
  readonly account: Account;
}

export function ociInventory(_tenancy: OciTenancy): InventoryItem[] {
  return [];
}

export function ociOverview(tenancy: OciTenancy): OciOverview {
  return { account: tenancy.account };
}
