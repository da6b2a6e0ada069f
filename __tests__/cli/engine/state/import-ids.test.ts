/** By what id each type of the labs is imported; that each has its form says stacks/snapshots.test.ts. */
import { importIdOf } from "../../../../cli/engine/state/import-ids.ts";

const NLB = { network_load_balancer_id: "nlb" };
const BACKEND = { ...NLB, backend_set_name: "api", name: "pve-1" };
const FILE = { node_name: "pve-1", datastore_id: "local", content_type: "import", file_name: "talos.qcow2" };
const ACL = { path: "/pool/lab", user_id: "me@pve", role_id: "Role" };

/** Type, id in the log, configuration, import id. */
const FORMS: readonly (readonly [string, string | null, Readonly<Record<string, string>>, string | null])[] = [
  ["oci_core_vcn", "ocid1.vcn", { display_name: "lab" }, "ocid1.vcn"],
  ["oci_core_vcn", null, { display_name: "lab" }, null],
  ["oci_budget_alert_rule", "ocid1.rule", { budget_id: "ocid1.b" }, "budgets/ocid1.b/alertRules/ocid1.rule"],
  ["oci_budget_alert_rule", "ocid1.rule", {}, null],
  [
    "oci_core_network_security_group_security_rule",
    "1A2B3C",
    { network_security_group_id: "ocid1.nsg" },
    "networkSecurityGroups/ocid1.nsg/securityRules/1A2B3C",
  ],
  ["oci_network_load_balancer_backend_set", null, { ...NLB, name: "api" }, "networkLoadBalancers/nlb/backendSets/api"],
  ["oci_network_load_balancer_listener", null, { ...NLB, name: "a b" }, "networkLoadBalancers/nlb/listeners/a%20b"],
  ["oci_network_load_balancer_backend", null, BACKEND, "networkLoadBalancers/nlb/backendSets/api/backends/pve-1"],
  ["proxmox_acl", null, ACL, "/pool/lab?me@pve?Role"],
  ["proxmox_download_file", "local:import/talos.qcow2", FILE, "pve-1/local:import/talos.qcow2"],
  ["proxmox_download_file", null, FILE, "pve-1/local:import/talos.qcow2"],
  ["proxmox_sdn_subnet", "lab-10.20.0.0-24", { vnet: "guests" }, "guests/lab-10.20.0.0-24"],
  ["proxmox_sdn_subnet", null, { vnet: "guests" }, null],
  ["proxmox_sdn_vnet", null, { id: "guests" }, "guests"],
  ["proxmox_user_token", null, { user_id: "me@pve", token_name: "lab" }, "me@pve!lab"],
  ["proxmox_virtual_environment_firewall_ipset", "management", {}, "cluster/management"],
  ["proxmox_virtual_environment_firewall_rules", "rule-1234", {}, "cluster"],
  ["proxmox_virtual_environment_pool", null, { pool_id: "lab" }, "lab"],
  ["proxmox_virtual_environment_vm", "101", { node_name: "pve-1" }, "pve-1/101"],
  ["proxmox_virtual_environment_vm", null, { node_name: "pve-1", vm_id: "101" }, "pve-1/101"],
  ["talos_machine_bootstrap", null, {}, "machine_bootstrap"],
  ["oci_of_somebody_else", "told", {}, "told"],
];

it.each(FORMS)("%s, called %s, is imported as the provider wants it", (type, id, config, importId) => {
  expect(importIdOf(type, { id, text: (attribute) => config[attribute] ?? null })).toBe(importId);
});
