/** What each type of zone asks of the tags of its vnets, in the words of pve-network's zone plugins (`vnet_update_hook`). */
import type { Section } from "../../world/proxmox.ts";
import { badParameter, type PveError } from "./errors.ts";

const MAX_VLAN = 4096;
const MAX_VXLAN = 16777216;

/** Another vnet, and the zone that it is in. */
export interface OtherVnet {
  readonly id: string;
  readonly vnet: Section;
  readonly zone: Section | undefined;
}

const refused = (tag: string): PveError => badParameter({ tag });

/** VXLAN ids are unique in the whole cluster. */
function checkVxlan({ tag }: Section, others: readonly OtherVnet[]): void {
  if (tag === undefined) throw refused("missing vxlan tag");
  if (Number(tag) > MAX_VXLAN) throw refused(`vxlan tag max value is ${MAX_VXLAN}`);
  const other = others.find(({ vnet, zone }) => vnet.tag === tag && (zone?.type === "vxlan" || zone?.type === "evpn"));
  if (other) throw refused(`vxlan tag ${tag} already exist in vnet ${other.id} in zone ${other.vnet.zone}`);
}

/** VLAN ids are unique in a zone. */
function checkVlan({ tag, zone }: Section, others: readonly OtherVnet[]): void {
  if (tag === undefined) throw refused("missing vlan tag");
  if (Number(tag) > MAX_VLAN) throw refused(`vlan tag max value is ${MAX_VLAN}`);
  const other = others.find(({ vnet }) => vnet.zone === zone && vnet.tag === tag);
  if (other) throw refused(`tag ${tag} already exist in vnet ${other.id}`);
}

/** As for VLANs, and one vnet of a zone may do without. */
function checkQinq({ tag, zone }: Section, others: readonly OtherVnet[]): void {
  if (tag !== undefined && Number(tag) > MAX_VLAN) throw refused(`VLAN tag maximal value is ${MAX_VLAN}`);
  const other = others.find(({ vnet }) => vnet.zone === zone && vnet.tag === tag);
  const what = tag === undefined ? "tag-less vnet already exists" : `tag ${tag} already exist`;
  if (other) throw refused(`${what} in zone ${zone} vnet ${other.id}`);
}

/** @throws PveError for a tag that the type of the vnet's zone does not take */
export function checkTag(vnet: Section, zone: Section, others: readonly OtherVnet[]): void {
  switch (zone.type) {
    case "simple":
      if (vnet.tag !== undefined) throw refused("vlan tag is not allowed on simple zone");
      return;
    case "vlan":
      return checkVlan(vnet, others);
    case "qinq":
      return checkQinq(vnet, others);
    case "evpn":
      checkVxlan(vnet, others);
      if (vnet.vlanaware === true) throw badParameter({ "vlan-aware": "vlan-aware option can't be enabled with evpn" });
      return;
    default:
      return checkVxlan(vnet, others);
  }
}
