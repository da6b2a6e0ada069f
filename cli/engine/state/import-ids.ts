/**
 * What `terraform import` of each real provider takes, made of what a run logs of an object: its id in the log, and its
 * configuration. Forms as in the providers' own code: oracle/oci 8.28.0, bpg/proxmox 0.112.0, siderolabs/talos 0.11.0.
 */
import type { Stack } from "../terraform/stack.ts";
import type { LostObject } from "./lost-objects.ts";
import type { StateResource } from "./state.ts";

/** What is known of an object. */
export interface Known {
  /** What the provider calls it, as the log or the state says; null where neither does. */
  readonly id: string | null;
  /** An attribute as text, of the configuration or of what that refers to; null where it is not known. */
  text(attribute: string): string | null;
}

type Form = (known: Known) => string | null;

/** The parts of a path, or null where one is not known. */
function joined(separator: string, ...parts: readonly (string | null)[]): string | null {
  return parts.includes(null) ? null : parts.join(separator);
}

const loggedIdOr =
  (form: Form): Form =>
  (known) =>
    known.id ?? form(known);
const loggedId: Form = ({ id }) => id;
const named = (attribute: string): Form => loggedIdOr(({ text }) => text(attribute));

/** Names are escaped as the provider escapes them. */
const balancerPart = (...attributes: readonly (readonly [collection: string, attribute: string])[]): Form =>
  loggedIdOr(({ text }) => {
    const whole = ["networkLoadBalancers", text("network_load_balancer_id")];
    const path = attributes.flatMap(([collection, attribute]) => {
      const name = text(attribute);
      return [collection, name === null ? null : encodeURIComponent(name)];
    });
    return joined("/", ...whole, ...path);
  });

/** `<storage>:<content>/<file>`, as PVE calls what lies in a storage. */
export const volumeOf: Form = loggedIdOr(({ text }) =>
  joined("", text("datastore_id"), ":", text("content_type"), "/", text("file_name")),
);

/** The provider takes just one of these for whom an ACL is. */
export const granteeOf = ({ text }: Known): string | null => text("token_id") ?? text("user_id") ?? text("group_id");

/** The form of the id that imports an object, by type. */
export const IMPORT_IDS: Readonly<Record<string, Form>> = {
  oci_budget_alert_rule: ({ id, text }) => joined("/", "budgets", text("budget_id"), "alertRules", id),
  oci_budget_budget: loggedId,
  oci_core_compute_image_capability_schema: loggedId,
  oci_core_image: loggedId,
  oci_core_instance: loggedId,
  oci_core_internet_gateway: loggedId,
  oci_core_network_security_group: loggedId,
  oci_core_network_security_group_security_rule: ({ id, text }) =>
    joined("/", "networkSecurityGroups", text("network_security_group_id"), "securityRules", id),
  oci_core_route_table: loggedId,
  oci_core_subnet: loggedId,
  oci_core_vcn: loggedId,
  oci_identity_compartment: loggedId,
  oci_limits_quota: loggedId,
  oci_network_load_balancer_backend: balancerPart(["backendSets", "backend_set_name"], ["backends", "name"]),
  oci_network_load_balancer_backend_set: balancerPart(["backendSets", "name"]),
  oci_network_load_balancer_listener: balancerPart(["listeners", "name"]),
  oci_network_load_balancer_network_load_balancer: loggedId,

  proxmox_acl: loggedIdOr((known) => joined("?", known.text("path"), granteeOf(known), known.text("role_id"))),
  proxmox_download_file: (known) => joined("/", known.text("node_name"), volumeOf(known)),
  proxmox_sdn_controller_evpn: named("id"),
  // PVE calls a subnet `<zone>-10.20.0.0-24`: only the log has the zone.
  proxmox_sdn_subnet: ({ id, text }) => joined("/", text("vnet"), id),
  proxmox_sdn_vnet: named("id"),
  proxmox_sdn_zone_evpn: named("id"),
  proxmox_sdn_zone_simple: named("id"),
  proxmox_storage_lvmthin: named("id"),
  proxmox_user_token: loggedIdOr(({ text }) => joined("!", text("user_id"), text("token_name"))),
  // The log has `rule-` and a checksum; cluster-wide ones are the only ones of this lab.
  proxmox_virtual_environment_firewall_rules: () => "cluster",
  proxmox_virtual_environment_firewall_ipset: ({ id, text }) => joined("/", "cluster", id ?? text("name")),
  proxmox_virtual_environment_pool: named("pool_id"),
  proxmox_virtual_environment_role: named("role_id"),
  proxmox_virtual_environment_user: named("user_id"),
  // The log has the number alone.
  proxmox_virtual_environment_vm: ({ id, text }) => joined("/", text("node_name"), id ?? text("vm_id")),

  // The provider takes anything, and asks nobody whether it is so.
  talos_machine_bootstrap: () => "machine_bootstrap",
};

/** The keys of a Talos cluster are in the state and nowhere else; once nodes have taken them, others are refused. */
export const CLUSTER_KEYS = "talos_machine_secrets";

/** Types that are never imported: nothing is behind them outside of the state, or to do them once more changes nothing. */
export const REPEATABLE: ReadonlySet<string> = new Set([
  "terraform_data", // its script is written to be run again
  "null_resource",
  "oci_core_default_security_list", // the VCN's own list, which is set once more
  "oci_core_shape_management", // a PUT of the same; the provider has no import of it
  "proxmox_sdn_applier", // has what is pending applied
  "proxmox_virtual_environment_cluster_firewall", // the cluster's own options, which are set once more
  "talos_machine_configuration_apply", // the same configuration once more
  "talos_cluster_kubeconfig", // handed out anew
  "talos_image_factory_schematic", // its id is the hash of what it says
]);

/** The id to import an object by; null where what it is made of is not known. Of other types, as the log says. */
export function importIdOf(type: string, known: Known): string | null {
  return (IMPORT_IDS[type] ?? loggedId)(known);
}

/** The name of a resource in its stack. */
export function labelOf({ address, type }: Pick<LostObject, "address" | "type">): string {
  return address.slice(address.lastIndexOf(`${type}.`) + type.length + 1).replace(/\[.*\]$/, "");
}

/** Alone or in the midst of a text: `/pool/${proxmox_virtual_environment_pool.lab.pool_id}`. */
const REFERENCE = /\$\{((\w+)\.([\w-]+))\.(\w+)\}/g;

function asText(value: unknown): string | null {
  return typeof value === "string" || typeof value === "number" ? String(value) : null;
}

interface KnownObjects {
  /** What is known of a lost object. */
  of(object: Pick<LostObject, "address" | "type">): Known;
  /** Addresses that its configuration refers to. */
  referredTo(object: Pick<LostObject, "address" | "type">): readonly string[];
}

/**
 * @param lost is not what the states hold at these addresses
 * @param foundIds ids of lost objects that no log has, as far as they were found out; may grow
 */
export function knownObjects(
  { resources }: Pick<Stack, "resources">,
  held: readonly StateResource[],
  lost: readonly LostObject[],
  foundIds: ReadonlyMap<string, string>,
): KnownObjects {
  const configAt = (type: string, label: string): Readonly<Record<string, unknown>> => resources[type]?.[label] ?? {};
  const idAt = (address: string): string | null => {
    const object = lost.find((each) => each.address === address);
    return object === undefined ? null : (object.id ?? foundIds.get(address) ?? null);
  };
  const attributeAt = (address: string, type: string, label: string, attribute: string): string | null => {
    const state = held.find((each) => each.address === address);
    if (state !== undefined && !lost.some((each) => each.address === address))
      return asText(state.attributes[attribute]);
    return (attribute === "id" ? idAt(address) : null) ?? resolved(configAt(type, label)[attribute]);
  };
  const resolved = (value: unknown): string | null => {
    const text = asText(value);
    if (text === null) return null;
    let unknown = text.replaceAll(REFERENCE, "").includes("${");
    const known = text.replaceAll(REFERENCE, (_, address: string, type: string, label: string, attribute: string) => {
      const part = attributeAt(address, type, label, attribute);
      unknown ||= part === null;
      return part ?? "";
    });
    return unknown ? null : known;
  };
  return {
    of: (object) => ({
      id: idAt(object.address),
      text: (attribute) => resolved(configAt(object.type, labelOf(object))[attribute]),
    }),
    referredTo(object) {
      const text = JSON.stringify(configAt(object.type, labelOf(object)));
      return [...text.matchAll(/\$\{(\w+\.[\w-]+)\.id\}/g)].map(([, address = ""]) => address);
    },
  };
}

/** By what id what a state holds would be imported. */
export function heldImportId({ type, id, attributes }: StateResource): string | null {
  return importIdOf(type, { id, text: (attribute) => asText(attributes[attribute]) });
}
