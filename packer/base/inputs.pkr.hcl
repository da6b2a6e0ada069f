variable "debian_release" {
  type        = string
  default     = "trixie"
  description = "Debian release of the base; Proxmox VE 9 runs on Debian 13 only."
}

variable "root_size_gb" {
  type        = number
  default     = 20
  description = "Cap of the root file system; the rest of the boot volume is LVM-thin for guests."
}
