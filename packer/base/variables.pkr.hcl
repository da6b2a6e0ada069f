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

variable "root_max_gb" {
  type        = number
  default     = 0
  description = "What the root file system grows to at first boot, at most, in GB. 0: the whole disk."
}

variable "source_url" {
  type        = string
  description = "Debian 13 cloud image to start from: dated URL, or local file."

  validation {
    condition     = length(var.source_url) > 0
    error_message = "No source image is pinned: run npx lab images pin, or give a file with --source."
  }
}

variable "source_checksum" {
  type        = string
  description = "Of the source image: sha512:…, or none for a file that the caller has verified."

  validation {
    condition     = length(var.source_checksum) > 0
    error_message = "The source image has no checksum: run npx lab images pin."
  }
}

variable "disk_size" {
  type        = string
  default     = "4G"
  description = "Of the image: at least the source's; a host's boot volume is larger, and the root file system grows."
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
