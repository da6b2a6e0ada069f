/** Looks up in Proxmox VE what a lab may have lost sight of. */
import { z } from "zod";
import { Deadline } from "../../../constructs/proxmox/steps/deadline.mjs";
import { PveApi } from "../../../constructs/proxmox/steps/pve-client.mjs";
import { granteeOf, type Known, volumeOf } from "../state/import-ids.ts";
import type { FoundObject } from "./classify-lost.ts";
import type { Session } from "./session.ts";

type Entry = Readonly<Record<string, unknown>>;

interface Lookup {
  /** Of the list that it is in, under `/api2/json/`; null where that is not known. */
  path(known: Known): string | null;
  /** What an entry's fields have to be; a null stands for what is not known. */
  fields(known: Known): Readonly<Record<string, string | null>>;
  /** The field that the provider's id is in. @default - the provider's id is made of the configuration */
  readonly id?: string;
}

const called = (path: string, attribute: string, field: string): Lookup => ({
  path: () => path,
  fields: ({ text }) => ({ [field]: text(attribute) }),
});

/** A path with attributes in the places of `{attribute}`. */
const filled =
  (path: string): Lookup["path"] =>
  ({ text }) => {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
    return names.some((name) => text(name) === null)
      ? null
      : path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(text(name) ?? ""));
  };

const zone = called("cluster/sdn/zones", "id", "zone");

export const PVE_LOOKUPS: Readonly<Record<string, Lookup>> = {
  proxmox_acl: {
    path: () => "access/acl",
    fields: (known) => ({ path: known.text("path"), ugid: granteeOf(known), roleid: known.text("role_id") }),
  },
  proxmox_download_file: {
    path: filled("nodes/{node_name}/storage/{datastore_id}/content"),
    fields: (known) => ({ volid: volumeOf(known) }),
  },
  proxmox_sdn_controller_evpn: called("cluster/sdn/controllers", "id", "controller"),
  proxmox_sdn_subnet: {
    path: filled("cluster/sdn/vnets/{vnet}/subnets"),
    fields: ({ text }) => ({ cidr: text("cidr") }),
    id: "subnet",
  },
  proxmox_sdn_vnet: called("cluster/sdn/vnets", "id", "vnet"),
  proxmox_sdn_zone_evpn: zone,
  proxmox_sdn_zone_simple: zone,
  proxmox_storage_lvmthin: called("storage", "id", "storage"),
  proxmox_user_token: {
    path: filled("access/users/{user_id}/token"),
    fields: ({ text }) => ({ tokenid: text("token_name") }),
  },
  proxmox_virtual_environment_firewall_ipset: called("cluster/firewall/ipset", "name", "name"),
  // All of the cluster's are one resource.
  proxmox_virtual_environment_firewall_rules: { path: () => "cluster/firewall/rules", fields: () => ({}) },
  proxmox_virtual_environment_pool: called("pools", "pool_id", "poolid"),
  proxmox_virtual_environment_role: called("access/roles", "role_id", "roleid"),
  proxmox_virtual_environment_user: called("access/users", "user_id", "userid"),
  proxmox_virtual_environment_vm: called("cluster/resources?type=vm", "vm_id", "vmid"),
};

const answer = z.array(z.record(z.string(), z.unknown()));

/**
 * The one that a configuration describes.
 *
 * @returns its id where the provider's is in the answer; null where nothing is known to ask by
 * @throws PveError, NoAnswer and their like
 */
export async function lookUpInPve(
  api: Pick<PveApi, "once">,
  type: string,
  known: Known,
): Promise<readonly FoundObject[] | null> {
  const lookup = PVE_LOOKUPS[type];
  const path = lookup?.path(known) ?? null;
  const fields = Object.entries(lookup?.fields(known) ?? {});
  if (lookup === undefined || path === null || fields.some(([, value]) => value === null)) return null;
  const isIt = (entry: Entry): boolean => fields.every(([name, value]) => String(entry[name]) === value);
  const found = answer.parse(await api.once("GET", path)).find(isIt);
  if (found === undefined) return [];
  return [{ id: lookup.id === undefined ? null : String(found[lookup.id]), name: "" }];
}

const PVE_PORT = 8006;

/**
 * As root, or on hosts of one's own with the token. The tunnel has to be open.
 *
 * @param environment of a stack that knows root's password, or the token
 * @param patienceS how long all answers together may take
 * @returns null for a lab without a host, or a stack that knows neither
 */
export function labPve(
  { assembly: { lab } }: Pick<Session, "assembly">,
  environment: Readonly<Record<string, string | undefined>>,
  patienceS: number,
): PveApi | null {
  // The way to hosts of one's own, whatever their port, is the one that is pinned.
  const tunnel = lab?.tunnels.find(({ target, pin }) => target.port === PVE_PORT || pin !== undefined);
  const { TF_VAR_pve_root_password: password, TF_VAR_pve_api_token: token } = environment;
  const signIn = password ?? (token === undefined ? undefined : { token });
  if (tunnel === undefined || signIn === undefined) return null;
  const host = { name: tunnel.via, api: `https://127.0.0.1:${tunnel.localPort}`, address: tunnel.target.address };
  return new PveApi(host, signIn, new Deadline(patienceS));
}
