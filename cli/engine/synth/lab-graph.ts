/** The lab as boxes and arrows, grouped by stack, and which resources are drawn. */
import type { Arguments, Element } from "./references.ts";

/** Something that is drawn. */
export interface Box {
  readonly id: string;
  readonly stack: string;
  readonly title: string;
  readonly about: string;
}

/** `from` needs `to`. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
}

/** The whole drawing. */
export interface LabGraph {
  /** In the order of deployment. */
  readonly stacks: readonly string[];
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
}

function boxOf({ id, stack, resource }: Element): Box | null {
  const kind = resource === null ? undefined : KINDS[resource.type];
  if (resource === null || kind === undefined) return null;
  const { args, name } = resource;
  const title =
    kind.title?.(args, name) ?? text(args["display_name"]) ?? text(args["name"]) ?? text(args["id"]) ?? name;
  return { id, stack, title, about: kind.about(args).filter(Boolean).join(", ") };
}

interface FoundArrow extends Arrow {
  /** By way of what is not drawn. */
  readonly far: boolean;
}

/** Leaves out far arrows where a way over other boxes says the same. In a circle, one after the other: each could stand for the other. */
function withoutDetours(arrows: readonly FoundArrow[]): readonly Arrow[] {
  const kept = new Set(arrows);
  const reaches = (start: string, end: string): boolean => {
    const seen = new Set([start]);
    for (const id of seen) for (const { from, to } of kept) if (from === id) seen.add(to);
    return seen.has(end);
  };
  for (const arrow of arrows) {
    kept.delete(arrow);
    if (!arrow.far || !reaches(arrow.from, arrow.to)) kept.add(arrow);
  }
  return arrows.flatMap((arrow) => (kept.has(arrow) ? [{ from: arrow.from, to: arrow.to }] : []));
}

/** Draws the resources of the kinds that are drawn; what is between two of them becomes an arrow. */
export function labGraph(stacks: readonly string[], elements: readonly Element[]): LabGraph {
  const boxes = elements.flatMap((element) => boxOf(element) ?? []);
  const drawn = new Set(boxes.map(({ id }) => id));
  const byId = new Map(elements.map((element) => [element.id, element]));

  /** The nearest boxes that it reads, through all that is not drawn. */
  function nearest(start: readonly string[]): readonly string[] {
    const seen = new Set(start);
    for (const id of seen) if (!drawn.has(id)) for (const next of byId.get(id)?.reads ?? []) seen.add(next);
    return [...seen].filter((id) => drawn.has(id));
  }

  function arrowsOf({ id, resource, reads, after }: Element): readonly FoundArrow[] {
    const args = resource?.args ?? {};
    const join = JOINS[resource?.type ?? ""];
    if (join !== undefined) {
      const end = (argument: string): readonly string[] =>
        reads.filter((each) => String(args[argument]).includes(each.slice(each.indexOf("/") + 1)) && drawn.has(each));
      return end(join.from).flatMap((from) => end(join.to).map((to) => ({ from, to, far: false })));
    }
    if (!drawn.has(id)) return [];
    const named = (KINDS[resource?.type ?? ""]?.names ?? []).flatMap(({ type, argument, value }) => {
      const wanted = value(args);
      const of = (element: Element): boolean =>
        element.resource?.type === type && text(element.resource.args[argument]) === wanted;
      return wanted === undefined ? [] : elements.filter(of).map((element) => element.id);
    });
    const others = [...after.filter((each) => drawn.has(each)), ...named];
    const to = new Set([...nearest(reads), ...others]);
    to.delete(id);
    return [...to].map((each) => ({ from: id, to: each, far: !reads.includes(each) && !others.includes(each) }));
  }

  return { stacks, boxes, arrows: withoutDetours(elements.flatMap(arrowsOf)) };
}

/** How resources of a type are drawn. */
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
