{
  description = "Dagger's own flake, as far as the lab's flake asks for it; evaluates offline, builds nothing";
  outputs =
    _:
    let
      dagger =
        system:
        derivation {
          inherit system;
          name = "dagger";
          version = import ./version.nix;
          builder = "/nothing-is-built";
        };
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ];
    in
    {
      packages = builtins.listToAttrs (
        map (name: {
          inherit name;
          value.dagger = dagger name;
        }) systems
      );
    };
}
