#!/usr/bin/env bash
# Builds one image with Packer and QEMU. Both runners, the machine's own and Dagger's, run this very script.
#   packer/build.sh IMAGE OUTPUT_DIR [--source FILE] [PACKER ARGUMENTS]
# IMAGE is a folder beside this script. FILE is the disk image to start from; without it Packer downloads the pinned one.
# Leaves disk.qcow2, versions.json and console.log in OUTPUT_DIR; only the console's log when the build fails, whose last line is printed too.
set -euo pipefail
export LC_ALL=C
{ # Read to its end before it begins: whoever edits it meanwhile does this build no harm.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

image=${1:?IMAGE: base or proxmox-ampere} output=${2:?OUTPUT_DIR}
shift 2
template=$here/$image
[ -f "$template/build.pkr.hcl" ] || { echo "build.sh: IMAGE: got $image, allowed a folder of $here with a build.pkr.hcl" >&2; exit 2; }
source=''
if [ "${1:-}" = --source ]; then source=$2 && shift 2; fi

architecture=arm64 accelerator=''
for argument; do case $argument in architecture=*) architecture=${argument#*=} ;; accelerator=*) accelerator=${argument#*=} ;; esac; done

# images/runners/local-tools.ts looks in the same places, before anything is begun.
firmware=''
case $architecture in
  arm64) candidates=(/usr/share/qemu-efi-aarch64/QEMU_EFI.fd /usr/share/AAVMF/AAVMF_CODE.fd /usr/share/edk2/aarch64/QEMU_EFI.fd /opt/homebrew/share/qemu/edk2-aarch64-code.fd /usr/local/share/qemu/edk2-aarch64-code.fd) ;;
  *) candidates=(/usr/share/ovmf/OVMF.fd /usr/share/qemu/OVMF.fd /usr/share/edk2/ovmf/OVMF.fd /opt/homebrew/share/qemu/edk2-x86_64-code.fd /usr/local/share/qemu/edk2-x86_64-code.fd) ;;
esac
for file in ${UEFI_FIRMWARE:+"$UEFI_FIRMWARE"} "${candidates[@]}"; do
  if [ -f "$file" ]; then firmware=$file && break; fi
done
[ -n "$firmware" ] || { echo "build.sh: no UEFI firmware for $architecture in ${candidates[*]}: install qemu-efi-aarch64 (ovmf for x86_64), or name it in UEFI_FIRMWARE" >&2; exit 2; }

mkdir -p "$output"
output=$(cd "$output" && pwd)
rm -f "$output/console.log"
# The key and Packer's own leftovers: a short path, as Packer puts sockets there, and the same one at every try, so that
# what a killed build has left goes with the next.
scratch=${TMPDIR:-/tmp}/image-build-$(cksum <<<"$output" | cut -d ' ' -f 1)
rm -rf "$scratch" "$output/unfinished"
mkdir -m 700 "$scratch"
probe=''
trap '[ -z "$probe" ] || kill -KILL "$probe" 2>/dev/null || true; rm -rf "$scratch" "$output/unfinished" "$output/probe"' EXIT

# Packer's own choice looks for /dev/kvm only. An arm64 guest under the KVM of another machine ends at once (tried), and on
# nested machines there is a /dev/kvm that opens and runs no guest: its firmware has to say something on the console.
# base/sources.pkr.hcl has the same machines and processors.
runs_guests() { # ACCELERATOR
  local machine=(qemu-system-aarch64 -machine virt -cpu host) tenths
  if [ "$architecture" = x86_64 ]; then machine=(qemu-system-x86_64 -machine q35 -cpu "host,arch-capabilities=off"); fi
  rm -f "$output/probe"
  "${machine[@]}" -accel "$1" -m 512 -bios "$firmware" -nic none -display none -monitor none -serial "file:$output/probe" 2>"$scratch/probe" &
  probe=$!
  for ((tenths = 0; tenths < 10 * probe_seconds; tenths++)); do
    if [ -s "$output/probe" ] || ! kill -0 "$probe" 2>/dev/null; then break; fi
    sleep 0.1
  done
  kill -KILL "$probe" 2>/dev/null || true
  wait "$probe" 2>/dev/null || true
  probe=''
  [ -s "$output/probe" ]
}
probe_seconds=${PROBE_SECONDS:-20}
# Linux calls the same processor aarch64 that macOS calls arm64; there the accelerator is Apple's, and needs no device.
if [ -z "$accelerator" ]; then
  case $(uname -s)/$(uname -m)/$architecture in
    Linux/aarch64/arm64 | Linux/x86_64/x86_64) accelerator=kvm ;;
    Darwin/arm64/arm64 | Darwin/x86_64/x86_64) accelerator=hvf ;;
    *) accelerator=tcg ;;
  esac
  if [ "$accelerator" != tcg ] && ! runs_guests "$accelerator"; then
    why=$(head -n 1 "$scratch/probe")
    echo "build.sh: $accelerator runs no guest here (${why:-its firmware said nothing in $probe_seconds s}): it is emulated, which takes minutes more" >&2
    accelerator=tcg
  fi
fi
rm -f "$output/probe"

# The key lives as long as this build; the build user that it lets in is removed when the image is sealed.
ssh-keygen -q -t ed25519 -N '' -C image-build -f "$scratch/key"
mkdir "$scratch/seed"
printf 'instance-id: image-build\nlocal-hostname: image-build\n' >"$scratch/seed/meta-data"
cat >"$scratch/seed/user-data" <<CLOUD
#cloud-config
ssh_pwauth: false
users:
  - name: image-build
    sudo: ALL=(ALL) NOPASSWD:ALL
    shell: /bin/bash
    ssh_authorized_keys: ["$(cat "$scratch/key.pub")"]
CLOUD

from=()
if [ -n "$source" ]; then
  source=$(cd "$(dirname "$source")" && pwd)/$(basename "$source")
  # macOS has the second of them only.
  if command -v sha512sum >/dev/null; then sum=$(sha512sum "$source"); else sum=$(shasum -a 512 "$source"); fi
  from=(-var "source_url=$source" -var "source_checksum=sha512:${sum%% *}")
elif [ -f "$template/source.pkrvars.json" ]; then
  from=(-var-file "$template/source.pkrvars.json")
fi

export TMPDIR=$scratch PACKER_CACHE_DIR=${PACKER_CACHE_DIR:-$scratch/cache} CHECKPOINT_DISABLE=1
# Packer brings no plugin since 1.10, and what is installed already is taken, whatever can be reached. Debian's 1.6.6 and all
# before 1.10 have this one built in, and 1.6.6 knows no init. A failed init's own words come out before it ends the build.
version=$(packer --version) version=${version#Packer v}
case $version in
  0.* | 1.[0-9] | 1.[0-9].*) ;;
  *)
    if [[ $(packer plugins installed) != *packer-plugin-qemu_* ]]; then
      packer init "$here/plugins" || {
        echo "build.sh: Packer $version has no plugin for QEMU, and could not fetch it: run packer init packer/plugins where the network allows it" >&2
        exit 2
      }
    fi
    ;;
esac

# In the background, for only so can a signal be passed on (as SIGTERM: bash has such a child ignore SIGINT). Packer then
# stops QEMU and removes what it has made.
packer build -color=false -timestamp-ui ${from[@]+"${from[@]}"} \
  -var "accelerator=$accelerator" -var "firmware=$firmware" \
  -var "seed=$scratch/seed" -var "ssh_private_key_file=$scratch/key" \
  -var "output=$output/unfinished" -var "versions=$scratch/versions.json" -var "console=$output/console.log" \
  "$@" "$template" &
packer=$!
trap 'kill -TERM "$packer" 2>/dev/null || true' INT TERM HUP
code=0
wait "$packer" || code=$?
# A signal ends the wait, not Packer.
while kill -0 "$packer" 2>/dev/null; do code=0 && wait "$packer" || code=$?; done
if [ "$code" -ne 0 ]; then
  # QEMU makes the file when it starts.
  if [ -e "$output/console.log" ]; then
    last=$(tr '\r' '\n' <"$output/console.log" | grep -v '^[[:space:]]*$' | tail -n 1) || last=nothing
    echo "the guest's console last said: $last" >&2
  fi
  exit "$code"
fi
mv "$scratch/versions.json" "$output/unfinished/disk.qcow2" "$output/"
exit
}
