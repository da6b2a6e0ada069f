# `import nixpkgs { system, config }`. Attributes of a derivation are forced when it is evaluated, so every package that
# is asked for has to be there.
{
  system,
  config ? { },
}:
let
  lib = import ./lib.nix;
  # A derivation, of what it is made from; nothing ever builds it.
  made =
    name: from:
    derivation {
      inherit name system from;
      builder = "/nothing-is-built";
    };

  # As in nixpkgs, a package that is not free has to be allowed; and plugins came after 26.05, the last for these Macs.
  intelMac = system == "x86_64-darwin";
  allowed = package: (config.allowUnfreePredicate or (_: false)) package;
  packer =
    if !(allowed { pname = "packer"; }) then
      throw "packer has an unfree licence"
    else
      made "packer" [ ]
      // (
        if intelMac then
          { }
        else
          {
            withPlugins =
              choose: made "packer-with-plugins" ([ packer ] ++ choose { qemu = made "packer-plugin-qemu" [ ]; });
          }
      );
in
# A test puts this file where a newer nixpkgs is to be played.
if intelMac && builtins.pathExists ./has-no-intel-mac then
  throw "this nixpkgs has dropped support for x86_64-darwin"
else
  lib.genAttrs (import ./packages.nix) (name: made name [ ])
  // {
    inherit lib packer;
    mkShell =
      {
        packages,
        env,
      }:
      made "nix-shell" (packages ++ builtins.attrValues env);
    symlinkJoin = { name, paths }: made name paths;
    writeShellApplication =
      {
        name,
        runtimeInputs,
        runtimeEnv,
        meta,
        text,
      }:
      made name (
        runtimeInputs
        ++ builtins.attrValues runtimeEnv
        ++ [
          meta.description
          text
        ]
      );
  }
