# Boots the Proxmox kernel, and takes Debian's out; what OCI's UEFI starts becomes the boot loader that is installed now.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

case $(uname -m) in
  aarch64) target=arm64-efi ;;
  *) target=x86_64-efi ;;
esac

if compgen -G '/boot/vmlinuz-*-pve' >/dev/null; then
  # The running one is among them.
  echo 'linux-base linux-base/removing-running-kernel boolean false' | debconf-set-selections
  mapfile -t packages < <(dpkg-query --show --showformat='${db:Status-Abbrev} ${Package}\n' 'linux-image-*' os-prober 2>/dev/null | sed -n 's/^ii  *//p')
  [ "${#packages[@]}" -eq 0 ] || apt-get -q -y -o DPkg::Lock::Timeout=600 purge "${packages[@]}"
fi

grub-install --target="$target" --no-nvram --force-extra-removable
update-grub
