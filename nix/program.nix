# One of programs.json: commands in the clone that it is run in, with the tools of the shell. What is given to it goes to
# the last command.
{
  pkgs,
  tools,
  environment,
}:
name:
{ about, runs }:
pkgs.writeShellApplication {
  inherit name;
  runtimeInputs = tools;
  runtimeEnv = environment;
  meta.description = about;
  text = ''
    if [ ! -f cdktf.json ]; then
      echo "${name}: run it in your clone of ampere-lab, where cdktf.json is" >&2
      exit 1
    fi
    # npm writes this file last.
    [ -e node_modules/.package-lock.json ] || npm ci
    ${builtins.concatStringsSep "\n" runs} "$@"
  '';
}
