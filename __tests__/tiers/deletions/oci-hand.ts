/** Somebody in Oracle's console: deletes an object of the lab by OCI's API, signed as the account's user. */
import { z } from "zod";
import { accountIn } from "../../e2e/account.ts";
import type { InventoryItem, Sandbox } from "../../../sandbox/client.ts";

/** Paths of collections, by type; one that has the id for its path is not here. */
const COLLECTIONS: Readonly<Record<string, string>> = {
  oci_core_instance: "/20160918/instances",
  oci_core_image: "/20160918/images",
  oci_core_compute_image_capability_schema: "/20160918/computeImageCapabilitySchemas",
  oci_core_vcn: "/20160918/vcns",
  oci_core_subnet: "/20160918/subnets",
  oci_core_internet_gateway: "/20160918/internetGateways",
  oci_core_route_table: "/20160918/routeTables",
  oci_core_network_security_group: "/20160918/networkSecurityGroups",
  oci_identity_compartment: "/20160918/compartments",
  oci_limits_quota: "/20181025/quotas",
  oci_budget_budget: "/20190111/budgets",
  oci_network_load_balancer_network_load_balancer: "/20200501/networkLoadBalancers",
};

/** Where the object is; null for what cannot be deleted, such as a VCN's default security list. */
function pathOf({ type, id }: InventoryItem): string | null {
  const collection = COLLECTIONS[type];
  if (collection !== undefined) return `${collection}/${id}`;
  if (type === "oci_budget_alert_rule") return `/20190111/${id}`;
  if (type.startsWith("oci_network_load_balancer_")) return `/20200501/${id}`;
  const [, image, shape] = /\/i\/([^/]+)\/s\/(.+)$/.exec(id) ?? [];
  return type === "oci_core_shape_management" ? `/20160918/images/${image}/shapes/${shape}` : null;
}

/** @throws OciError where OCI refuses it, as when something depends on it */
export async function deleteFromOci(sandbox: Sandbox, item: InventoryItem): Promise<void> {
  const oci = await accountIn(sandbox);
  const [, group, rule] = /^networkSecurityGroups\/([^/]+)\/securityRules\/(.+)$/.exec(item.id) ?? [];
  if (group !== undefined) {
    const path = `/20160918/networkSecurityGroups/${group}/actions/removeSecurityRules`;
    await oci.post("network", path, { securityRuleIds: [rule] }, z.unknown());
    return;
  }
  const path = pathOf(item);
  if (path === null) throw new Error("it cannot be deleted");
  return oci.remove("compute", path);
}
