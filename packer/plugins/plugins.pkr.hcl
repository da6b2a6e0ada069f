# For packer init, with Packer 1.10 or newer, which brings no plugin: build.sh runs it where none is installed. In a folder of its
# own, as Debian's Packer 1.6.6 has the plugin built in and takes required_plugins for a mistake.
packer {
  required_plugins {
    qemu = {
      source  = "github.com/hashicorp/qemu"
      version = "1.1.4"
    }
  }
}
