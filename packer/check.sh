#!/usr/bin/env bash
# Checks of the images without building them: scripts by shellcheck, templates by packer validate and fmt.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

for tool in shellcheck packer xorriso ssh-keygen; do
  command -v "$tool" >/dev/null || { echo "check.sh: $tool is not on PATH (Debian: apt install shellcheck packer xorriso openssh-client)" >&2; exit 2; }
done

# Debian keeps it where only root's PATH leads.
nft=$(PATH=$PATH:/usr/sbin:/sbin command -v nft) || [ "$(uname -s)" != Linux ] || { echo "check.sh: nft is not on PATH (Debian: apt install nftables)" >&2; exit 2; }

mapfile -t scripts < <(find . -name '*.sh' ! -path '*/tests/*'; find . -path '*/files/*' -type f -exec grep -lE '^#!.*\b(ba)?sh$' {} +)
shellcheck --shell=bash "${scripts[@]}"
# The tests are read after tap.sh, whose functions they call.
for script in */tests/*.sh; do
  if grep -q '^check ' "$script"; then cat tests/tap.sh "$script"; else cat "$script"; fi | shellcheck --shell=bash --exclude=SC2030,SC2031 - || { echo "in $script" >&2; exit 1; }
done

# Packer has no modules: the two say the same, word for word.
cmp base/sources.pkr.hcl proxmox-ampere/sources.pkr.hcl || { echo "check.sh: sources.pkr.hcl of both images must be the same" >&2; exit 1; }
for folder in plugins base proxmox-ampere; do packer fmt -check "$folder" || { echo "check.sh: packer fmt packer/$folder formats it" >&2; exit 1; }; done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ssh-keygen -q -t ed25519 -N '' -f "$work/key"
touch "$work/meta-data" "$work/user-data"
for image in base proxmox-ampere; do
  # A checksum of the right form: the pinned source may not be filled in yet.
  CHECKPOINT_DISABLE=1 packer validate -var source_url=https://cloud.debian.org/disk.qcow2 \
    -var "source_checksum=sha512:$(printf '0%.0s' {1..128})" -var "seed=$work" -var "ssh_private_key_file=$work/key" \
    -var "output=$work/output" -var "versions=$work/versions.json" -var "console=$work/console.log" "$image"
done
# nftables.conf with all that it includes, as a Proxmox host reads it. nft asks the kernel, in a network namespace of its own;
# where there is none to be had, the image's own build looks (70-services.sh).
rules='rules of nftables were not looked at'
if unshare --map-root-user --net true 2>/dev/null; then
  { grep -v '^include' base/files/etc/nftables.conf; cat proxmox-ampere/files/etc/nftables.d/*.nft; } >"$work/rules.nft"
  unshare --map-root-user --net "$nft" --check --file "$work/rules.nft"
  rules='rules of nftables too'
fi
echo "scripts and templates are fine, says shellcheck and $(packer version | head -n 1); $rules"
