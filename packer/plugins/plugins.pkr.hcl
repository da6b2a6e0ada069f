# For `packer init packer/plugins`, with a current Packer. In a folder of its own, as Debian's Packer 1.6.6 has the
# plugin built in and takes required_plugins for a mistake.
packer {
  required_plugins {
    qemu = {
      source  = "github.com/hashicorp/qemu"
      version = "1.1.4"
    }
  }
}
