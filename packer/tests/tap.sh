# Goes before every image test, which runs as root on the booted image: prints TAP, a line a check.
set -uo pipefail
checks=0

check() { # sentence, command …
  local sentence=$1 output
  shift
  checks=$((checks + 1))
  if output=$("$@" 2>&1); then
    printf 'ok %s - %s\n' "$checks" "$sentence"
  else
    printf 'not ok %s - %s\n' "$checks" "$sentence"
    printf '# %s\n' "${output//$'\n'/$'\n# '}"
  fi
}

plan() { printf '1..%s\n' "$checks"; }

# Commands for check, with what they got on failure.
fails() { ! "$@"; }
empty() { local output && output=$("$@") && { [ -z "$output" ] || { printf '%s\n' "$output" && false; }; }; }
prints() { local wanted=$1 output && shift && output=$("$@") && { [ "$output" = "$wanted" ] || { printf 'got %s, wanted %s\n' "$output" "$wanted" && false; }; }; }
