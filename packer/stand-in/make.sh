#!/usr/bin/env bash
# A stand-in for Debian's cloud image, out of Debian packages: for machines that cannot download the real one.
# Same shape as Debian's: GPT, ESP as partition 15 before the root file system as partition 1, GRUB, cloud-init.
# Needs root, mmdebstrap, qemu-utils, e2fsprogs, mtools, dosfstools, fdisk and, for a foreign architecture, qemu-user-static.
#   packer/stand-in/make.sh arm64 OUTPUT.qcow2
set -euo pipefail
export LC_ALL=C.UTF-8

arch=${1:?architecture: arm64 or amd64} output=${2:?where to write the qcow2 to}
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
case $arch in
  arm64) efi=BOOTAA64.EFI monolithic=arm64-efi/monolithic/grubaa64.efi root_type=B921B045-1DF0-41C3-AF44-4C6F280D3FAE console=ttyAMA0 ;;
  amd64) efi=BOOTX64.EFI monolithic=x86_64-efi/monolithic/grubx64.efi root_type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709 console=ttyS0 ;;
  *) echo "make.sh: architecture: got $arch, allowed arm64 and amd64" >&2; exit 1 ;;
esac

# The folder has to let apt's own user in.
work=$(mktemp -d) && chmod 755 "$work"
trap 'rm -rf "$work"' EXIT

# binfmt_misc lets the kernel start the other architecture's programs; containers and CI machines often lack it.
if [ "$arch" != "$(dpkg --print-architecture)" ]; then
  mountpoint -q /proc/sys/fs/binfmt_misc || mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
  [ -e /proc/sys/fs/binfmt_misc/qemu-aarch64 ] || update-binfmts --enable qemu-aarch64
fi

packages=(
  "linux-image-cloud-$arch" "grub-efi-$arch" initramfs-tools zstd
  udev kmod iproute2 procps systemd-sysv systemd-resolved dbus libpam-systemd netplan.io
  cloud-init cloud-guest-utils openssh-server sudo ca-certificates e2fsprogs fdisk
)
# Only what a virtio disk needs is put into the initramfs: under emulation the full one takes a quarter of an hour.
cat >"$work/prepare" <<'HOOK'
set -eu
mkdir -p "$1/etc/initramfs-tools/conf.d" "$1/boot/efi"
echo MODULES=list >"$1/etc/initramfs-tools/conf.d/modules"
printf '%s\n' virtio_pci virtio_blk virtio_scsi virtio_net sd_mod ext4 >"$1/etc/initramfs-tools/modules"
HOOK
cat >"$work/finish" <<'HOOK'
set -eu
printf '%s\n' 'LABEL=root / ext4 errors=remount-ro,x-systemd.growfs 0 1' 'LABEL=EFI /boot/efi vfat umask=0077 0 1' >"$1/etc/fstab"
rm -f "$1/etc/ssh/ssh_host_"*
: >"$1/etc/machine-id"
HOOK
mmdebstrap --quiet --mode=root --variant=minbase --architectures="$arch" \
  --include="$(IFS=,; echo "${packages[*]}")" \
  --aptopt='APT::Install-Recommends "false"' --dpkgopt='force-unsafe-io' \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
  --essential-hook="sh $work/prepare \"\$1\"" --customize-hook="sh $work/finish \"\$1\"" \
  trixie "$work/root" \
  "deb $mirror trixie main" "deb $mirror trixie-updates main" "deb ${DEBIAN_SECURITY_MIRROR:-$mirror-security} trixie-security main"

cat >"$work/root/boot/grub/grub.cfg" <<GRUB
search --label --set=root root
linux /vmlinuz root=LABEL=root ro console=tty0 console=$console
initrd /initrd.img
boot
GRUB

mkdir -p "$work/esp/EFI/BOOT" "$work/esp/EFI/debian"
cp "$work/root/usr/lib/grub/$monolithic" "$work/esp/EFI/BOOT/$efi"
cat >"$work/esp/EFI/debian/grub.cfg" <<'GRUB'
search --label --set=root root
set prefix=($root)/boot/grub
configfile $prefix/grub.cfg
GRUB

# Partitions are made as files and put in place: no loop device, no mount.
disk=$work/disk.raw esp=$work/esp.img root=$work/root.img
truncate -s 64M "$esp" && mkfs.vfat -n EFI "$esp" >/dev/null && mcopy -i "$esp" -s "$work/esp/EFI" ::
truncate -s 2800M "$root" && mke2fs -q -t ext4 -L root -d "$work/root" "$root"
truncate -s 3G "$disk"
sfdisk -q "$disk" <<TABLE
label: gpt
15: start=2048, size=131072, type=uefi, name=EFI
1: start=133120, size=5734400, type=$root_type, name=root
TABLE
dd if="$esp" of="$disk" bs=1M seek=1 conv=notrunc,sparse status=none
dd if="$root" of="$disk" bs=1M seek=65 conv=notrunc,sparse status=none

# Written beside and renamed: an interrupted run leaves no half image.
qemu-img convert -O qcow2 "$disk" "$output.$$.tmp"
mv "$output.$$.tmp" "$output"
