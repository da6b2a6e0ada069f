# Boots from the removable path on OCI's UEFI, which keeps no boot entries, and talks on the serial console (GRUB by UEFI).
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

case $(uname -m) in
  aarch64) architecture=arm64 target=arm64-efi console=ttyAMA0 ;;
  *) architecture=amd64 target=x86_64-efi console=ttyS0 ;;
esac
grub=grub-efi-$architecture
mkdir -p /etc/default/grub.d
cat >/etc/default/grub.d/60-serial.cfg <<GRUB
GRUB_TERMINAL=console
GRUB_TIMEOUT=2
GRUB_CMDLINE_LINUX_DEFAULT=
GRUB_CMDLINE_LINUX="console=tty0 console=$console"
GRUB

# Upgrades of GRUB and shim install it as below, by these answers: one that is older than its modules does not boot. Debian's
# cloud images have grub-cloud instead, which does nothing at an upgrade on arm64; /etc/default/grub is its file, so it goes first.
debconf-set-selections <<ANSWERS
$grub grub2/force_efi_extra_removable boolean true
$grub grub2/update_nvram boolean false
ANSWERS
apt_get() { apt-get -q -y -o DPkg::Lock::Timeout=600 -o APT::Install-Recommends=false "$@"; }
apt_get purge "grub-cloud-$architecture"
apt_get install "$grub" "$grub-signed" shim-signed
grub-install --target="$target" --no-nvram --force-extra-removable
update-initramfs -u -k all
update-grub
