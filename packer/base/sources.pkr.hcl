locals {
  qemu = {
    arm64 = {
      binary  = "qemu-system-aarch64"
      machine = "virt"
      # Ampere A1's own core under emulation: boots in 69 s where "max" needs 120 (measured; docs/images.md).
      cpu = { tcg = "neoverse-n1", kvm = "host", hvf = "host" }
    }
    x86_64 = {
      binary  = "qemu-system-x86_64"
      machine = "q35"
      # Nested KVM often refuses to set the host's arch-capabilities (tried).
      cpu = { tcg = "max", kvm = "host,arch-capabilities=off", hvf = "host" }
    }
  }
  machine = local.qemu[var.architecture]
}

source "qemu" "image" {
  disk_image   = true
  iso_url      = var.source_url
  iso_checksum = var.source_checksum

  qemu_binary    = local.machine.binary
  machine_type   = local.machine.machine
  accelerator    = var.accelerator
  cpus           = var.cpus
  memory         = var.memory_mb
  headless       = true
  disable_vnc    = true
  net_device     = "virtio-net-pci"
  disk_interface = "virtio"
  disk_size      = var.disk_size
  format         = "qcow2"
  # Freed blocks reach the image as holes; what is left is compressed (zlib: whether OCI imports zstd is unknown).
  disk_discard       = "unmap"
  disk_detect_zeroes = "unmap"
  disk_compression   = true

  # Not at all: nobody types at it.
  boot_wait = "-1s"

  # Firmware and CPU go this way, as Packer 1.6.6 has no arguments for them. A -drive here would drop Packer's own disks.
  qemuargs = [
    ["-bios", var.firmware],
    ["-cpu", local.machine.cpu[var.accelerator]],
    ["-display", "none"],
    # Packer opens the port with disable_vnc too (tried with 1.6.6; the plugin of 1.16 has the same lines).
    ["-vnc", "none"],
    ["-serial", "file:${var.console}"],
    ["-device", "virtio-rng-pci"],
  ]

  cd_files = ["${var.seed}/meta-data", "${var.seed}/user-data"]
  cd_label = "cidata"

  ssh_username         = "image-build"
  ssh_private_key_file = var.ssh_private_key_file
  # Under emulation sshd answers after one to four minutes.
  ssh_timeout            = "20m"
  ssh_handshake_attempts = 1000

  shutdown_command = "sudo systemd-run --quiet --unit=seal /bin/bash /run/seal.sh"
  shutdown_timeout = "10m"

  output_directory = var.output
  vm_name          = "disk.qcow2"
}
