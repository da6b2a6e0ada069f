# The hardened base: Debian 13 that boots on OCI, grows, updates itself and lets in nobody but by SSH key.

build {
  sources = ["source.qemu.image"]

  provisioner "file" {
    source      = "${path.root}/files"
    destination = "/tmp"
  }

  provisioner "shell" {
    # In this order; each says in its first line what it does.
    scripts = [
      "${path.root}/provision/10-packages.sh",
      "${path.root}/provision/20-files.sh",
      "${path.root}/provision/30-boot.sh",
      "${path.root}/provision/40-root.sh",
      "${path.root}/provision/50-services.sh",
      "${path.root}/provision/60-accounts.sh",
      "${path.root}/provision/90-versions.sh",
    ]
    environment_vars = ["ROOT_MAX_GB=${var.root_max_gb}"]
    execute_command  = "sudo env {{ .Vars }} bash {{ .Path }}"
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

  provisioner "shell" {
    inline = ["sudo mv /tmp/seal.sh /run/seal.sh"]
  }
}
