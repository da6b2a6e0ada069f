/** Which of oracle/oci's acceptance tests are in scope: those of the types that the sandbox plays. */

/** By service: what follows in the name of a test's file. */
const TYPES: Readonly<Record<string, string>> = {
  budget: "alert_rule|budget",
  core:
    "boot_volume|compute_capacity_report|compute_global_image|compute_image|console_history|dhcp_options|drg|image|instance|" +
    "internet_gateway|ipv6|local_peering|nat_gateway|network_security|private_ip|public_ip|route_table|security_list|service|" +
    "shape|subnet|vcn|vnic|volume",
  identity:
    "api_key|availability_domain|compartment|cost_tracking|dynamic_group|fault_domain|group|policy|region|tag|tenancy|user",
  limits: "",
  load_balancer: "",
  network_load_balancer: "",
  objectstorage: "bucket|namespace|object|preauth",
};

/** Of these, what is none of it: other resources, hardware, or another service behind the name. */
const OTHERS = [
  /^core_(boot_)?volume_(group|\w*replica)/,
  /^core_instance_(dvh|maintenance|measured|preemptible)/,
  /^core_public_ip_pool/,
  /^core_private_ipsec/,
  /^core_\w+_realm_/,
  // DNS
  /^core_vcn_dns_resolver/,
  /^load_balancer_\w+_realm_/,
  /^identity_tag_standard/,
];

/** Functions of such a file that are of hardware, of licenses, or of another service. */
const FUNCTIONS = [
  /BM_(?:Milan|Rome|Icelake|Skylake)/,
  /_(?:nvmeVMShape|acceleratedPvNetworkType|ConfidentialflexShape)$/,
  /placementConstraintDetails|clusterPlacementGroup/i,
  /LicensingConfig/i,
  // Keys in a vault, reserved capacity
  /KmsKey|CapacityReservation/i,
  // First passwords of Windows
  /InstanceCredential/,
  // Machines with graphics cards
  /WithAieFlag/,
  // Limits of a subscription to another cloud, and of databases
  /Limits.*(?:_subscription|external_location)|LimitsServiceResource_with|LimitsResourceAvailabilityResource_basic/,
  // IPSec tunnels and FastConnect, peering between regions
  /DrgAttachmentManagement/,
];

/**
 * Functions that no account passes today: what they expect is not in what they say (`freeform_tags` of a compartment are
 * commented out, `ip_address` is "ipAddress"), or their own SDK refuses it before it asks (a namespace of tags that is AVAILABLE).
 */
const OUTDATED = [
  "TestCoreIpv6Resource_basic",
  "TestIdentityCompartmentResource_basic",
  "TestIdentityTagNamespaceResource_basic",
];

/** @param file of a function */
export function isInScope(file: string, name: string): boolean {
  if (OTHERS.some((each) => each.test(file)) || FUNCTIONS.some((each) => each.test(name)) || OUTDATED.includes(name))
    return false;
  return Object.entries(TYPES).some(([service, types]) => new RegExp(`^${service}_(?:${types})`).test(file));
}
