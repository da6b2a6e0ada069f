#!/usr/bin/env bash
# A stand-in for Debian's cloud image, out of Debian packages: for machines that cannot download the real one.
# After Debian's own recipe for genericcloud (debian-cloud-images, class CLOUD, trixie): its packages, with the one that grows
# the root file system in the initramfs; signed GRUB and shim by grub-cloud; GPT with the ESP as partition 15 before the root
# file system as partition 1; fstab by PARTUUID; deb822 sources. What differs says why.
# Needs root, and the programs named below.
#   packer/stand-in/make.sh arm64 OUTPUT.qcow2
set -euo pipefail
export LC_ALL=C.UTF-8

arch=${1:?architecture: arm64 or amd64} output=${2:?where to write the qcow2 to}
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian} security=${DEBIAN_SECURITY_MIRROR:-${DEBIAN_MIRROR:-http://deb.debian.org/debian}-security}
case $arch in
  arm64) efi=aa64 grub=arm64-efi root_type=B921B045-1DF0-41C3-AF44-4C6F280D3FAE console=ttyAMA0 ;;
  amd64) efi=x64 grub=x86_64-efi root_type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709 console=ttyS0 ;;
  *) echo "make.sh: architecture: got $arch, allowed arm64 and amd64" >&2; exit 1 ;;
esac

# mmdebstrap asks arch-test whether this machine can run the other architecture's programs.
missing=()
needs() { [ -n "$(PATH=$PATH:/usr/sbin:/sbin command -v "$1")" ] || missing+=("$2"); }
needs mmdebstrap mmdebstrap
needs qemu-img qemu-utils
needs mke2fs e2fsprogs
needs mcopy mtools
needs mkfs.vfat dosfstools
needs sfdisk fdisk
if [ "$arch" != "$(dpkg --print-architecture)" ]; then
  needs arch-test arch-test
  needs update-binfmts binfmt-support
  needs "qemu-$([ "$arch" = arm64 ] && echo aarch64 || echo x86_64)-static" qemu-user-static
fi
[ "${#missing[@]}" -eq 0 ] || { echo "make.sh: not installed: ${missing[*]} (Debian: apt install ${missing[*]})" >&2; exit 2; }

# The folder has to let apt's own user in.
work=$(mktemp -d) && chmod 755 "$work"
trap 'rm -rf "$work"' EXIT

# binfmt_misc lets the kernel start the other architecture's programs; containers and CI machines often lack it.
if [ "$arch" != "$(dpkg --print-architecture)" ]; then
  mountpoint -q /proc/sys/fs/binfmt_misc || mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
  [ -e /proc/sys/fs/binfmt_misc/qemu-aarch64 ] || update-binfmts --enable qemu-aarch64
  # Emulated pointer authentication takes most of the time.
  if [ "$arch" = arm64 ]; then export QEMU_CPU=max,pauth=off; fi
fi

# By class: CLOUD, GENERIC, the architecture's, SYSTEM_BOOT with its clock, and apt-listchanges, which images have beside.
packages=(
  openssh-server ssh-import-id cloud-initramfs-growroot
  cloud-init cloud-guest-utils
  "linux-image-cloud-$arch" "grub-cloud-$arch" dosfstools
  sudo libpam-systemd systemd-resolved libnss-resolve libnss-myhostname netplan.io polkitd unattended-upgrades apparmor zstd
  apt-utils init iptables iputils-ping linux-sysctl-defaults less nano netbase vim-tiny whiptail systemd-timesyncd
  apt-listchanges
)
# Other than Debian's: only what a virtio disk needs is put into the initramfs, as the full one takes a quarter of an hour
# under emulation.
cat >"$work/prepare" <<'HOOK'
set -eu
mkdir -p "$1/etc/initramfs-tools/conf.d" "$1/boot/efi"
echo MODULES=list >"$1/etc/initramfs-tools/conf.d/modules"
printf '%s\n' virtio_pci virtio_blk virtio_scsi virtio_net sd_mod ext4 >"$1/etc/initramfs-tools/modules"
echo 'do_symlinks = no' >"$1/etc/kernel-img.conf"
HOOK
root_part=$(cat /proc/sys/kernel/random/uuid) esp_part=$(cat /proc/sys/kernel/random/uuid) root_fs=$(cat /proc/sys/kernel/random/uuid)
# Other than Debian's: without deb-src, whose indexes every update would read.
cat >"$work/finish" <<HOOK
set -eu
cat >"\$1/etc/fstab" <<FSTAB
PARTUUID=$root_part / ext4 rw,discard,errors=remount-ro,x-systemd.growfs 0 1
PARTUUID=$esp_part /boot/efi vfat defaults,umask=077 0 2
FSTAB
mkdir -p "\$1/etc/apt/mirrors"
echo '# See /etc/apt/sources.list.d/debian.sources' >"\$1/etc/apt/sources.list"
echo $mirror >"\$1/etc/apt/mirrors/debian.list"
echo $security >"\$1/etc/apt/mirrors/debian-security.list"
cat >"\$1/etc/apt/sources.list.d/debian.sources" <<SOURCES
Types: deb
URIs: mirror+file:///etc/apt/mirrors/debian.list
Suites: trixie trixie-updates trixie-backports
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: mirror+file:///etc/apt/mirrors/debian-security.list
Suites: trixie-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCES
printf 'GRUB_DISABLE_LINUX_UUID=true\nGRUB_DISABLE_LINUX_PARTUUID=\n' >"\$1/etc/default/grub.d/10_cloud.cfg"
echo GRUB_TIMEOUT=0 >"\$1/etc/default/grub.d/15_timeout.cfg"
chroot "\$1" systemctl enable systemd-networkd.service systemd-resolved.service
rm -f "\$1/etc/ssh/ssh_host_"*
: >"\$1/etc/machine-id"
: >"\$1/etc/hostname"
HOOK
mmdebstrap --quiet --mode=root --variant=minbase --architectures="$arch" \
  --include="$(IFS=,; echo "${packages[*]}")" \
  --aptopt='APT::Install-Recommends "false"' --dpkgopt='force-unsafe-io' \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
  --essential-hook="sh $work/prepare \"\$1\"" --customize-hook="sh $work/finish \"\$1\"" \
  trixie "$work/root" \
  "deb $mirror trixie main" "deb $mirror trixie-updates main" "deb $security trixie-security main"

# What grub-install leaves, which wants a mounted disk: modules, boot loaders in Debian's folder and at the removable path, and
# the file in Debian's folder that the signed GRUB reads, wherever it lies itself.
kernel=$(basename "$work/root/boot/vmlinuz-"*)
mkdir -p "$work/root/boot/grub/$grub" "$work/esp/EFI/BOOT" "$work/esp/EFI/debian"
cp "$work/root/usr/lib/grub/$grub/"*.mod "$work/root/usr/lib/grub/$grub/"*.lst "$work/root/boot/grub/$grub/"
cp "$work/root/usr/lib/grub/$grub/monolithic/grub$efi.efi" "$work/root/boot/grub/$grub/core.efi"
for folder in BOOT debian; do
  cp "$work/root/usr/lib/shim/shim$efi.efi.signed" "$work/esp/EFI/$folder/shim$efi.efi"
  cp "$work/root/usr/lib/shim/mm$efi.efi.signed" "$work/esp/EFI/$folder/mm$efi.efi"
  cp "$work/root/usr/lib/grub/$grub-signed/grub$efi.efi.signed" "$work/esp/EFI/$folder/grub$efi.efi"
done
mv "$work/esp/EFI/BOOT/shim$efi.efi" "$work/esp/EFI/BOOT/BOOT${efi^^}.EFI"
cat >"$work/esp/EFI/debian/grub.cfg" <<GRUB
search.fs_uuid $root_fs root
set prefix=(\$root)'/boot/grub'
configfile \$prefix/grub.cfg
GRUB
# Other than Debian's: the console, which tells a test what happens in the initramfs.
cat >"$work/root/boot/grub/grub.cfg" <<GRUB
search --no-floppy --fs-uuid --set=root $root_fs
linux /boot/$kernel root=PARTUUID=$root_part ro console=tty0 console=$console
initrd /boot/${kernel/vmlinuz/initrd.img}
boot
GRUB

# Partitions are made as files and put in place: no loop device, no mount.
disk=$work/disk.raw esp=$work/esp.img root=$work/root.img
truncate -s 127M "$esp" && mkfs.vfat "$esp" >/dev/null && mcopy -i "$esp" -s "$work/esp/EFI" ::
truncate -s 2943M "$root" && mke2fs -q -t ext4 -U "$root_fs" -d "$work/root" "$root"
truncate -s 3G "$disk"
sfdisk -q "$disk" <<TABLE
label: gpt
15: start=2048, size=260096, type=uefi, uuid=$esp_part
1: start=262144, size=6027264, type=$root_type, uuid=$root_part
TABLE
dd if="$esp" of="$disk" bs=1M seek=1 conv=notrunc,sparse status=none
dd if="$root" of="$disk" bs=1M seek=128 conv=notrunc,sparse status=none

# Written beside and renamed: an interrupted run leaves no half image.
qemu-img convert -O qcow2 "$disk" "$output.$$.tmp"
mv "$output.$$.tmp" "$output"
