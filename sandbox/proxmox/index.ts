/** The sandbox's Proxmox VE: hosts on the OCI instances, clusters of them, and what is in those. */
export { pveEndpoint } from "./api/endpoint.ts";
export {
  proxmoxInventory,
  type ProxmoxOverview,
  proxmoxOverview,
  stoppedTalosMachines,
  stopTalosMachine,
  talosMachines,
} from "./model/overview.ts";
export { proxmoxProvider } from "./terraform/provider.ts";
export { emptyProxmox } from "./model/hosts.ts";
