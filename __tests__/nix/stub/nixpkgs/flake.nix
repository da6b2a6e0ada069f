{
  description = "As much of nixpkgs as the lab's flake asks for; evaluates offline, builds nothing";
  outputs = _: { lib = import ./lib.nix; };
}
