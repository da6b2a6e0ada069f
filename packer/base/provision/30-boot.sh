# Boots from the removable path on OCI's UEFI, which keeps no boot entries, and talks on the serial console (GRUB by UEFI).
set -euo pipefail

case $(uname -m) in
  aarch64) target=arm64-efi grub=grub-efi-arm64 console=ttyAMA0 ;;
  *) target=x86_64-efi grub=grub-efi-amd64 console=ttyS0 ;;
esac
mkdir -p /etc/default/grub.d
cat >/etc/default/grub.d/60-serial.cfg <<GRUB
GRUB_TERMINAL=console
GRUB_TIMEOUT=2
GRUB_CMDLINE_LINUX="console=tty0 console=$console"
GRUB
# An upgrade of GRUB on a machine must reach the removable path too: one that is older than its modules does not boot.
echo "$grub grub2/force_efi_extra_removable boolean true" | debconf-set-selections
grub-install --target="$target" --removable --no-nvram --efi-directory=/boot/efi
update-initramfs -u -k all
update-grub
