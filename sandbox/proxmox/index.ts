/** The sandbox's Proxmox VE: hosts on the OCI instances, clusters of them, and what is in those. */
export { pveEndpoint } from "./api/endpoint.ts";
export {
  type DatacenterOverview,
  proxmoxInventory,
  type ProxmoxOverview,
  proxmoxOverview,
  stopTalosMachine,
  type TalosMachine,
  talosMachines,
  type VmOverview,
} from "./overview.ts";
export { proxmoxProvider } from "./provider.ts";
export { emptyProxmox } from "./pve/hosts.ts";
