/** State of the sandbox's Proxmox VE hosts and clusters. Owned by sandbox/proxmox. */
export type ProxmoxState = Record<string, never>;
