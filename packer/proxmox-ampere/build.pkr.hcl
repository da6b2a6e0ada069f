# Proxmox VE on the hardened base: a host that makes its own identity, and its storage for guests, at first boot.

build {
  sources = ["source.qemu.image"]

  provisioner "file" {
    source      = "${path.root}/files"
    destination = "/tmp"
  }

  provisioner "shell" {
    # In this order; each says in its first line what it does.
    scripts = [
      "${path.root}/provision/10-repository.sh",
      "${path.root}/provision/20-name.sh",
      "${path.root}/provision/30-packages.sh",
      "${path.root}/provision/40-boot.sh",
      "${path.root}/provision/50-files.sh",
      "${path.root}/provision/60-network.sh",
      "${path.root}/provision/70-services.sh",
      "${path.root}/provision/80-disk.sh",
      "${path.root}/provision/90-versions.sh",
    ]
    environment_vars = [
      "PROXMOX_VERSION=${var.proxmox_version}",
      "PROXMOX_REPOSITORY=${var.proxmox_repository}",
      "PROXMOX_KEYRING_URL=${var.proxmox_keyring_url}",
      "PROXMOX_KEYRING_FINGERPRINT=${var.proxmox_keyring_fingerprint}",
      "ROOT_MAX_GB=${var.root_max_gb}",
    ]
    # What packages create while they are configured, others have to be able to read, whatever accounts are given.
    execute_command = "sudo env {{ .Vars }} sh -c 'umask 022; exec bash {{ .Path }}'"
  }

  provisioner "file" {
    direction   = "download"
    source      = "/tmp/versions.json"
    destination = var.versions
  }

  provisioner "file" {
    source      = "${path.root}/provision/seal.sh"
    destination = "/tmp/seal.sh"
  }

  # Its hash is part of the base's, and the base's hash is part of this image's.
  provisioner "file" {
    source      = "${path.root}/../base/provision/seal.sh"
    destination = "/tmp/seal-base.sh"
  }

  provisioner "shell" {
    inline = ["sudo mv /tmp/seal.sh /tmp/seal-base.sh /run/"]
  }
}
