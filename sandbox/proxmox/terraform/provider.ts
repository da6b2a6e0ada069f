/** bpg/proxmox as the sandbox plays it: the resource types of providers/proxmox/selection.json. */
import type { Provider, ResourceType } from "../../plugin/resource.ts";
import { acl, role, user, userToken } from "./access.ts";
import { clusterFirewall, firewallIpset, firewallRules } from "./firewall.ts";
import { pool } from "./pool.ts";
import { sdnApplier, sdnControllerEvpn, sdnSubnet, sdnVnet, sdnZoneEvpn, sdnZoneSimple } from "./sdn.ts";
import { downloadFile, storageLvmthin } from "./storage.ts";
import { virtualMachine } from "./vm.ts";

const types: Provider["resources"] = {
  proxmox_acl: acl,
  proxmox_download_file: downloadFile,
  proxmox_sdn_applier: sdnApplier,
  proxmox_sdn_controller_evpn: sdnControllerEvpn,
  proxmox_sdn_subnet: sdnSubnet,
  proxmox_sdn_vnet: sdnVnet,
  proxmox_sdn_zone_evpn: sdnZoneEvpn,
  proxmox_sdn_zone_simple: sdnZoneSimple,
  proxmox_storage_lvmthin: storageLvmthin,
  proxmox_user_token: userToken,
  proxmox_virtual_environment_cluster_firewall: clusterFirewall,
  proxmox_virtual_environment_firewall_ipset: firewallIpset,
  proxmox_virtual_environment_firewall_rules: firewallRules,
  proxmox_virtual_environment_pool: pool,
  proxmox_virtual_environment_role: role,
  proxmox_virtual_environment_user: user,
  proxmox_virtual_environment_vm: virtualMachine,
};

/** The provider has these from before it went over to the plugin framework (`proxmoxtf`), the others in `fwprovider`. */
function asItsSdkHasIt([name, type]: [string, ResourceType]): [string, ResourceType] {
  return [name, name.startsWith("proxmox_virtual_environment_") ? { ...type, zeroIsUnset: true } : type];
}

/** The stand-in. */
export const proxmoxProvider: Provider = {
  source: "bpg/proxmox",
  resources: Object.fromEntries(Object.entries(types).map(asItsSdkHasIt)),
  dataSources: {},
};
