variable "proxmox_version" {
  type        = string
  description = "Proxmox VE to install, 9.x: versions.proxmox of the lab's config."
}
