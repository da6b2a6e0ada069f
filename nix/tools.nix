# What people who work on the lab have on their PATH. Each is named in full, so that a wrong name is found at once.
{
  pkgs,
  dagger,
  # Whether this nixpkgs can put plugins beside Packer: 26.05 cannot.
  packerPlugins,
}:
[
  dagger
  pkgs.age
  pkgs.go
  pkgs.kubectl
  pkgs.kubernetes-helm
  # xorriso, with which Packer makes the seed of a machine.
  pkgs.libisoburn
  pkgs.nodejs_24
  pkgs.oci-cli
  pkgs.openssh
  pkgs.opentofu
  (if packerPlugins then pkgs.packer.withPlugins (plugins: [ plugins.qemu ]) else pkgs.packer)
  pkgs.python3
  pkgs.qemu
  pkgs.shellcheck
  pkgs.sops
  pkgs.talosctl
]
