# Names that nixpkgs has. Whatever else the flake asks for is an error.
[
  "age"
  "go"
  "kubectl"
  "kubernetes-helm"
  "libisoburn"
  "nixfmt-tree"
  "nodejs_24"
  "oci-cli"
  "openssh"
  "opentofu"
  "python3"
  "qemu"
  "shellcheck"
  "sops"
  "talosctl"
]
