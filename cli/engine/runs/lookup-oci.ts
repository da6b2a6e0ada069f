/** Looks up in the account what a lab may have lost sight of: by its name, in what it is part of. */
import { z } from "zod";
import { visibleLine } from "../../ui/visible.ts";
import type { Oci, Service } from "../../clients/oci.ts";
import { GONE } from "../../clients/oci-objects.ts";

/** An attribute of the resource's configuration as text; null where it is not known. */
type Text = (attribute: string) => string | null;

interface Lookup {
  readonly service: Service;
  /** Of the list that it is in; null where that is not known. */
  path(text: Text, account: Pick<Oci, "tenancy">): string | null;
  /** The attribute of the configuration that names it, and its name in the answer. */
  readonly by: readonly [attribute: string, field: "displayName" | "name" | "description"];
}

const DISPLAY = ["display_name", "displayName"] as const;

/** `path` with what an attribute says in the place of `{}`. */
const within =
  (attribute: string, path: string): Lookup["path"] =>
  (text) => {
    const whole = text(attribute);
    return whole === null ? null : path.replace("{}", encodeURIComponent(whole));
  };
const inCompartment = (path: string): Lookup["path"] => within("compartment_id", `${path}?compartmentId={}`);
const inTenancy =
  (path: string): Lookup["path"] =>
  (_text, { tenancy }) =>
    `${path}?compartmentId=${tenancy}`;
const core = (service: Service, list: string): Lookup => ({
  service,
  path: inCompartment(`/20160918/${list}`),
  by: DISPLAY,
});
const balancerPart = (path: string): Lookup => ({
  service: "balancers",
  path: within("network_load_balancer_id", `/20200501/networkLoadBalancers/{}/${path}`),
  by: ["name", "name"],
});
const backends = balancerPart("backendSets/[]/backends");

export const OCI_LOOKUPS: Readonly<Record<string, Lookup>> = {
  oci_budget_alert_rule: {
    service: "budgets",
    path: within("budget_id", "/20190111/budgets/{}/alertRules"),
    by: DISPLAY,
  },
  oci_budget_budget: { service: "budgets", path: inTenancy("/20190111/budgets"), by: DISPLAY },
  oci_core_compute_image_capability_schema: core("compute", "computeImageCapabilitySchemas"),
  oci_core_image: core("compute", "images"),
  oci_core_instance: core("compute", "instances"),
  oci_core_internet_gateway: core("network", "internetGateways"),
  oci_core_network_security_group: core("network", "networkSecurityGroups"),
  oci_core_network_security_group_security_rule: {
    service: "network",
    path: within("network_security_group_id", "/20160918/networkSecurityGroups/{}/securityRules"),
    by: ["description", "description"],
  },
  oci_core_route_table: core("network", "routeTables"),
  oci_core_subnet: core("network", "subnets"),
  oci_core_vcn: core("network", "vcns"),
  oci_identity_compartment: { service: "identity", path: inTenancy("/20160918/compartments"), by: ["name", "name"] },
  oci_limits_quota: { service: "quotas", path: inTenancy("/20181025/quotas"), by: ["name", "name"] },
  oci_network_load_balancer_backend: {
    ...backends,
    path: (text, account) => {
      const set = text("backend_set_name");
      return set === null ? null : (backends.path(text, account)?.replace("[]", encodeURIComponent(set)) ?? null);
    },
  },
  oci_network_load_balancer_backend_set: balancerPart("backendSets"),
  oci_network_load_balancer_listener: balancerPart("listeners"),
  oci_network_load_balancer_network_load_balancer: {
    service: "balancers",
    path: inCompartment("/20200501/networkLoadBalancers"),
    by: DISPLAY,
  },
};

const object = z.object({
  id: z.string().nullish(),
  displayName: z.string().nullish(),
  name: z.string().nullish(),
  description: z.string().nullish(),
  lifecycleState: z.string().nullish(),
  /** Absent where objects of a type have no tags. */
  freeformTags: z.record(z.string(), z.string()).nullish(),
});

/**
 * Objects of a type that are called what a configuration calls it. Of those that have tags, only the lab's own: another's network
 * of the same name is not taken in.
 *
 * @param lab the name in the tag `lab`
 * @returns ids as the provider calls them, null for what has none but its name; null where nothing is known to ask by
 * @throws OciError in one line
 */
export async function lookUp(
  account: Pick<Oci, "tenancy" | "list">,
  type: string,
  text: Text,
  lab: string,
): Promise<readonly { readonly id: string | null; readonly name: string }[] | null> {
  const lookup = OCI_LOOKUPS[type];
  const path = lookup?.path(text, account) ?? null;
  const name = lookup === undefined ? null : text(lookup.by[0]);
  if (lookup === undefined || path === null || name === null) return null;
  const all = await account.list(lookup.service, path, object);
  return all
    .filter((each) => each[lookup.by[1]] === name && !GONE.has(each.lifecycleState ?? ""))
    .filter(({ freeformTags }) => (freeformTags ?? { lab })["lab"] === lab)
    .map(({ id }) => ({ id: id ?? null, name: visibleLine(name) }));
}
