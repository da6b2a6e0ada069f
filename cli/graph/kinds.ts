/** Which resources are drawn, and what is said of each: hosts, networks, virtual machines, Talos machines. */
import type { Arguments } from "./references.ts";

export interface Kind {
  /** The second line: what it is. */
  readonly about: (args: Arguments) => readonly (string | undefined)[];
  /** The first line. @default - display_name, name or id, else the resource's own name */
  readonly title?: (args: Arguments, name: string) => string | undefined;
  /** Others that it names by a value, where nothing refers to them. */
  readonly names?: readonly Naming[];
}

/** `value` of this resource is `argument` of one of type `type`. */
export interface Naming {
  readonly type: string;
  readonly argument: string;
  readonly value: (args: Arguments) => string | undefined;
}

/** A value that is known at synth. */
export function text(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && !value.includes("${") ? value : undefined;
}

/** A nested block, or the first of several. */
function part(args: Arguments, name: string): Arguments {
  const value: unknown = Array.isArray(args[name]) ? args[name][0] : args[name];
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function amount(value: unknown, unit: string): string | undefined {
  const known = text(value);
  return known === undefined ? undefined : `${known} ${unit}`;
}

const VM = "proxmox_virtual_environment_vm";

const zone: Kind = { about: () => ["SDN zone"] };

/** To have another type drawn, add a row. */
export const KINDS: Readonly<Record<string, Kind>> = {
  oci_core_vcn: {
    about: (args) => ["VCN", Array.isArray(args["cidr_blocks"]) ? text(args["cidr_blocks"][0]) : undefined],
  },
  oci_core_subnet: { about: (args) => ["subnet", text(args["cidr_block"])] },
  oci_core_internet_gateway: { about: () => ["internet gateway"] },
  oci_core_image: { about: () => ["image"] },
  oci_core_instance: {
    about: (args) => [
      text(args["shape"]),
      amount(part(args, "shape_config")["ocpus"], "OCPU"),
      amount(part(args, "shape_config")["memory_in_gbs"], "GB"),
    ],
  },
  oci_network_load_balancer_network_load_balancer: { about: () => ["network load balancer"] },
  proxmox_sdn_zone_simple: zone,
  proxmox_sdn_zone_evpn: zone,
  proxmox_sdn_vnet: { about: () => ["virtual network"] },
  [VM]: {
    about: (args) => [
      args["template"] === true ? "template" : "VM",
      text(args["vm_id"]),
      amount(part(args, "cpu")["cores"], "vCPU"),
      amount(part(args, "memory")["dedicated"], "MB"),
    ],
    names: [
      { type: "oci_core_instance", argument: "display_name", value: (args) => text(args["node_name"]) },
      { type: "proxmox_sdn_vnet", argument: "id", value: (args) => text(part(args, "network_device")["bridge"]) },
      { type: VM, argument: "vm_id", value: (args) => text(part(args, "clone")["vm_id"]) },
    ],
  },
  talos_machine_configuration_apply: {
    title: (_, name) => name.replace(/_apply$/, ""),
    about: (args) => ["Talos", text(args["node"])],
  },
  talos_machine_bootstrap: { about: () => ["etcd's first member"] },
  talos_cluster_kubeconfig: { title: () => "kubeconfig", about: () => ["Kubernetes"] },
};

/** Resources that only tie two others together: drawn as an arrow between them. */
export const JOINS: Readonly<Record<string, { readonly from: string; readonly to: string }>> = {
  oci_network_load_balancer_backend: { from: "network_load_balancer_id", to: "target_id" },
};
