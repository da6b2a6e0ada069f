{
  genAttrs =
    names: value:
    builtins.listToAttrs (
      map (name: {
        inherit name;
        value = value name;
      }) names
    );
  # An attribute that is not there is an error, as in nixpkgs.
  getAttrs =
    names: set:
    builtins.listToAttrs (
      map (name: {
        inherit name;
        value = set.${name};
      }) names
    );
  getName = package: package.pname;
}
