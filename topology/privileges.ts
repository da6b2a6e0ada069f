/** Privileges of Proxmox VE 9 that a lab's users have. */

const GUESTS = [
  "VM.Allocate",
  "VM.Audit",
  "VM.Clone",
  "VM.Config.CDROM",
  "VM.Config.CPU",
  "VM.Config.Cloudinit",
  "VM.Config.Disk",
  "VM.Config.HWType",
  "VM.Config.Memory",
  "VM.Config.Network",
  "VM.Config.Options",
  "VM.GuestAgent.Audit",
  "VM.PowerMgmt",
] as const;

/** Enough to run guests in the lab's pool, and nothing of the cluster itself. */
export const AUTOMATION_PRIVILEGES = [
  "Datastore.AllocateSpace",
  "Datastore.Audit",
  "Pool.Audit",
  "SDN.Use",
  ...GUESTS,
] as const;

/** Roles that the administrator of hosts of one's own makes for a lab; docs/homelab.md has the commands. */
export const HOMELAB_ROLES = {
  LabGuests: ["Pool.Allocate", "Pool.Audit", ...GUESTS],
  LabNodes: ["Sys.AccessNetwork", "Sys.Audit"],
} as const;
