# What makes the image what it is.

variable "architecture" {
  type        = string
  default     = "arm64"
  description = "Of the image: arm64 for Ampere, x86_64 for other machines."

  validation {
    condition     = var.architecture == "arm64" || var.architecture == "x86_64"
    error_message = "Allowed are arm64 and x86_64."
  }
}

variable "proxmox_version" {
  type        = string
  default     = "9.2"
  description = "Proxmox VE to install, 9.x: versions.proxmox of the lab's config."

  validation {
    condition     = length(var.proxmox_version) > 0 && regex_replace(var.proxmox_version, "^9[.][0-9]+$", "") == ""
    error_message = "Allowed is 9.x, as 9.2: Proxmox VE 9 is the one for Debian 13."
  }
}

variable "proxmox_repository" {
  type        = string
  default     = "http://download.proxmox.com/debian/pve"
  description = "APT repository with suite trixie and component pve-no-subscription, for amd64 and arm64."
}

variable "proxmox_keyring_url" {
  type        = string
  default     = "https://enterprise.proxmox.com/debian/proxmox-archive-keyring-trixie.gpg"
  description = "Keyring with the repository's key; it may hold others, which are left out."
}

# Proxmox Trixie Release Key. The keyring that pve-docs 9.1.3 names by its SHA-256 (pve-package-repos.adoc: 136673be…6e45)
# holds it, and it is pinned by bravellian/apt-repo-catalog, networkoctopus' Crumbs and builders of 9.2 ISOs.
variable "proxmox_keyring_fingerprint" {
  type        = string
  default     = "24B30F06ECC1836A4E5EFECBA7BCD1420BFE778E"
  description = "Of the key that signs the repository, and the only one that is taken out of the keyring."

  validation {
    condition     = length(var.proxmox_keyring_fingerprint) == 40 && regex_replace(var.proxmox_keyring_fingerprint, "[0-9A-F]", "") == ""
    error_message = "Allowed are 40 hexadecimal digits, in capitals and without spaces."
  }
}

variable "root_max_gb" {
  type        = number
  default     = 20
  description = "What the root file system grows to at first boot, at most, in GB; guests get the rest. 0: the whole disk."
}

variable "source_url" {
  type        = string
  description = "The base image: a local file, given with --source."

  validation {
    condition     = length(var.source_url) > 0
    error_message = "The base image is missing: give its disk.qcow2 with --source."
  }
}

variable "source_checksum" {
  type        = string
  description = "Of the base image: sha512:…, or none for a file that the caller has verified."

  validation {
    condition     = length(var.source_checksum) > 0
    error_message = "The base image has no checksum: give its disk.qcow2 with --source."
  }
}

variable "disk_size" {
  type        = string
  default     = "8G"
  description = "Of the image: at least the base's. Proxmox VE takes 5 GB; a host's boot volume is larger, and the rest is its."
}

# What the build needs of the machine that it runs on; build.sh fills these in.

variable "accelerator" {
  type        = string
  default     = "tcg"
  description = "kvm (Linux, where /dev/kvm opens) or hvf (macOS) on a machine of the image's architecture; tcg elsewhere."

  validation {
    condition     = var.accelerator == "tcg" || var.accelerator == "kvm" || var.accelerator == "hvf"
    error_message = "Allowed are tcg, kvm and hvf."
  }
}

variable "firmware" {
  type        = string
  default     = "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd"
  description = "UEFI firmware without variables: the build must not depend on boot entries."
}

variable "cpus" {
  type    = number
  default = 2
}

variable "memory_mb" {
  type    = number
  default = 2048
}

variable "seed" {
  type        = string
  description = "Folder with NoCloud's meta-data and user-data."
}

variable "ssh_private_key_file" {
  type        = string
  description = "Key of this one build."
}

variable "output" {
  type        = string
  description = "Folder to make, for disk.qcow2."
}

variable "versions" {
  type        = string
  description = "File for the versions found in the image."
}

variable "console" {
  type        = string
  description = "File for what the guest prints on its serial console."
}
