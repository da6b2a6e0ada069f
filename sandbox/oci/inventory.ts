/** Everything in the tenancy that a Terraform resource stands for, by the id that imports it. */
import type { Bucket, LoadBalancer, OciTenancy } from "../world/oci.ts";
import type { InventoryItem } from "../world/world.ts";
import { assignments } from "./backup-policy.ts";
import { shapeIds } from "./image.ts";
import { partId } from "./load-balancer-part.ts";

function nameOf(list: readonly { readonly id: string; readonly name: string }[], id: string): string {
  return list.find((each) => each.id === id)?.name ?? id;
}

/** Buckets themselves are the uploader's, and no resource's. */
function bucketParts(namespace: string, bucket: Bucket): InventoryItem[] {
  const place = `n/${namespace}/b/${bucket.name}`;
  const requests = (bucket.preauthenticatedRequests ?? []).map(({ id, name }) => ({
    type: "oci_objectstorage_preauthrequest",
    id: `${place}/p/${id}`,
    name,
  }));
  const policy = { type: "oci_objectstorage_object_lifecycle_policy", id: `${place}/l`, name: bucket.name };
  return bucket.lifecyclePolicy ? [...requests, policy] : requests;
}

/** Ids as the provider writes them. */
function loadBalancerParts({ id, backendSets, listeners, certificates }: LoadBalancer): InventoryItem[] {
  const at = (...path: readonly string[]): string => ["loadBalancers", id, ...path].join("/");
  const part = (type: string, name: string, ...path: readonly string[]): InventoryItem => ({
    type: `oci_load_balancer_${type}`,
    id: at(...path),
    name,
  });
  return [
    ...certificates.map(({ certificateName: name }) => part("certificate", name, "certificates", name)),
    ...backendSets.flatMap(({ name: set, backends }) => [
      part("backend_set", set, "backendSets", set),
      ...backends.map(({ name }) => part("backend", name, "backendSets", set, "backends", name)),
    ]),
    ...listeners.map(({ name }) => part("listener", name, "listeners", name)),
  ];
}

/** What belongs to a VCN by itself is left out, until a resource takes it over. */
export function ociInventory(tenancy: OciTenancy): InventoryItem[] {
  const defaultTables = tenancy.vcns.map(({ defaultRouteTableId }) => defaultRouteTableId);
  const defaultOptions = tenancy.vcns.map(({ defaultDhcpOptionsId }) => defaultDhcpOptionsId);
  const named = (
    type: string,
    list: readonly { readonly id: string; readonly displayName: string }[],
  ): InventoryItem[] => list.map(({ id, displayName }) => ({ type, id, name: displayName }));
  return [
    ...tenancy.compartments.map(({ id, name }) => ({ type: "oci_identity_compartment", id, name })),
    ...tenancy.policies.map(({ id, name }) => ({ type: "oci_identity_policy", id, name })),
    ...tenancy.groups.map(({ id, name }) => ({ type: "oci_identity_group", id, name })),
    ...tenancy.dynamicGroups.map(({ id, name }) => ({ type: "oci_identity_dynamic_group", id, name })),
    ...tenancy.users.map(({ id, name }) => ({ type: "oci_identity_user", id, name })),
    ...tenancy.memberships.map((each) => ({
      type: "oci_identity_user_group_membership",
      id: each.id,
      name: `${nameOf(tenancy.users, each.userId)} in ${nameOf(tenancy.groups, each.groupId)}`,
    })),
    ...named("oci_core_vcn", tenancy.vcns),
    ...named("oci_core_internet_gateway", tenancy.internetGateways),
    ...named(
      "oci_core_route_table",
      tenancy.routeTables.filter(({ id }) => !defaultTables.includes(id)),
    ),
    ...named(
      "oci_core_default_security_list",
      tenancy.securityLists.filter(({ managed }) => managed),
    ),
    ...named("oci_core_service_gateway", tenancy.serviceGateways),
    ...named(
      "oci_core_dhcp_options",
      tenancy.dhcpOptions.filter(({ id }) => !defaultOptions.includes(id)),
    ),
    ...named("oci_core_subnet", tenancy.subnets),
    ...named("oci_core_network_security_group", tenancy.networkSecurityGroups),
    ...tenancy.networkSecurityGroups.flatMap((group) =>
      group.rules.map((rule) => ({
        type: "oci_core_network_security_group_security_rule",
        id: `networkSecurityGroups/${group.id}/securityRules/${rule.id}`,
        name: rule.description ?? `${group.displayName} ${rule.direction} ${rule.peer}`,
      })),
    ),
    ...named("oci_core_image", tenancy.images),
    ...tenancy.images.flatMap((image) =>
      shapeIds(image).map((id) => ({ type: "oci_core_shape_management", id, name: image.displayName })),
    ),
    ...named("oci_core_compute_image_capability_schema", tenancy.capabilitySchemas),
    // What a pool has launched is the pool's.
    ...named(
      "oci_core_instance",
      tenancy.instances.filter(({ id }) => !tenancy.instancePools.some(({ instanceIds }) => instanceIds.includes(id))),
    ),
    ...named("oci_core_boot_volume", tenancy.preservedBootVolumes ?? []),
    ...named("oci_core_instance_configuration", tenancy.instanceConfigurations),
    ...named("oci_core_instance_pool", tenancy.instancePools),
    ...tenancy.vnicAttachments.map(({ id, vnic }) => ({
      type: "oci_core_vnic_attachment",
      id,
      name: vnic.displayName,
    })),
    ...named("oci_network_load_balancer_network_load_balancer", tenancy.networkLoadBalancers),
    ...tenancy.networkLoadBalancers.flatMap((balancer) => [
      ...balancer.backendSets.flatMap((set) => [
        {
          type: "oci_network_load_balancer_backend_set",
          id: partId(balancer, "backendSets", set.name),
          name: set.name,
        },
        ...set.backends.map((backend) => ({
          type: "oci_network_load_balancer_backend",
          id: partId(balancer, "backendSets", set.name, "backends", backend.name),
          name: backend.name,
        })),
      ]),
      ...balancer.listeners.map(({ name }) => ({
        type: "oci_network_load_balancer_listener",
        id: partId(balancer, "listeners", name),
        name,
      })),
    ]),
    ...named("oci_load_balancer_load_balancer", tenancy.loadBalancers),
    ...tenancy.loadBalancers.flatMap(loadBalancerParts),
    ...named("oci_budget_budget", tenancy.budgets),
    ...tenancy.budgets.flatMap((budget) =>
      budget.alertRules.map((rule) => ({
        type: "oci_budget_alert_rule",
        id: `budgets/${budget.id}/alertRules/${rule.id}`,
        name: rule.displayName,
      })),
    ),
    ...named("oci_core_volume_backup_policy", tenancy.volumeBackupPolicies),
    ...assignments(tenancy).map(({ id, assetId }) => ({
      type: "oci_core_volume_backup_policy_assignment",
      id,
      name: assetId,
    })),
    ...tenancy.buckets.flatMap((bucket) => bucketParts(tenancy.namespace, bucket)),
    ...tenancy.quotas.map(({ id, name }) => ({ type: "oci_limits_quota", id, name })),
  ];
}
