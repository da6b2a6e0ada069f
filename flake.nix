{
  description = "One free Oracle Cloud account, turned into a Kubernetes lab";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";
    # The last release that knows Macs with an Intel processor.
    nixpkgs-intel-mac.url = "github:NixOS/nixpkgs/nixpkgs-26.05-darwin";
    # nixpkgs has no Dagger. The version of the SDK in images/package.json; with the nixpkgs that its makers locked.
    dagger.url = "github:dagger/nix/v0.21.9";
  };

  outputs =
    inputs:
    let
      intelMac = "x86_64-darwin";
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        intelMac
        "aarch64-darwin"
      ];

      programs = builtins.fromJSON (builtins.readFile ./nix/programs.json);
      images = [
        "base-image"
        "proxmox-image"
      ];

      daggerFor =
        system:
        let
          sdk =
            (builtins.fromJSON (builtins.readFile ./images/package.json)).dependencies."@dagger.io/dagger";
          cli = inputs.dagger.packages.${system}.dagger;
        in
        if cli.version == sdk then
          cli
        else
          throw "flake.nix: inputs.dagger: got Dagger ${cli.version}, allowed ${sdk}, as the SDK in images/package.json; change its url, then: nix flake lock";

      forSystem =
        system:
        let
          pkgs = import (if system == intelMac then inputs.nixpkgs-intel-mac else inputs.nixpkgs) {
            inherit system;
            # Packer's licence is the BUSL since 1.10. Nothing else that is not free comes in.
            config.allowUnfreePredicate = package: inputs.nixpkgs.lib.getName package == "packer";
          };
          dagger = daggerFor system;
          tools = import ./nix/tools.nix {
            inherit pkgs dagger;
            packerPlugins = system != intelMac;
          };
          environment = {
            TERRAFORM_BINARY_NAME = "tofu";
            # The SDK would download the same.
            _EXPERIMENTAL_DAGGER_CLI_BIN = "${dagger}/bin/dagger";
            UEFI_FIRMWARE = "${pkgs.qemu}/share/qemu/edk2-aarch64-code.fd";
          };
          built = builtins.mapAttrs (import ./nix/program.nix { inherit pkgs tools environment; }) programs;
          shell = pkgs.mkShell {
            packages = tools;
            env = environment;
          };
          formatter = pkgs.nixfmt-tree;
        in
        {
          devShells.default = shell;
          # Programs that build images, not the images: a build of Nix has no network and, mostly, no /dev/kvm.
          packages = inputs.nixpkgs.lib.getAttrs images built;
          apps = builtins.mapAttrs (name: program: {
            type = "app";
            program = "${program}/bin/${name}";
            meta.description = programs.${name}.about;
          }) (builtins.removeAttrs built images);
          checks = {
            # The formatter too, as not every version of Nix looks at it by itself.
            inherit shell formatter;
            # Each is looked at by shellcheck as it is built.
            programs = pkgs.symlinkJoin {
              name = "programs";
              paths = builtins.attrValues built;
            };
          };
          inherit formatter;
        };

      outputsOf = inputs.nixpkgs.lib.genAttrs systems forSystem;
      output = name: builtins.mapAttrs (_: outputs: outputs.${name}) outputsOf;
    in
    {
      devShells = output "devShells";
      packages = output "packages";
      apps = output "apps";
      checks = output "checks";
      formatter = output "formatter";
    };
}
