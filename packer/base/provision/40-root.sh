# Lets the root file system grow at first boot, up to ROOT_MAX_GB (0: all there is), by systemd-repart and systemd-growfs.
set -euo pipefail

partition=$(findmnt --noheadings --output SOURCE /)
disk=/dev/$(lsblk --noheadings --output PKNAME "$partition")
number=$(cat "/sys/class/block/${partition#/dev/}/partition")
case $(uname -m) in
  aarch64) type=B921B045-1DF0-41C3-AF44-4C6F280D3FAE ;;
  *) type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709 ;;
esac
# systemd-repart knows the root partition by its type (Discoverable Partitions Specification).
sfdisk --quiet --no-reread --no-tell-kernel --part-type "$disk" "$number" "$type"

mkdir -p /etc/repart.d
{
  printf '[Partition]\nType=root\n'
  if [ "$ROOT_MAX_GB" -gt 0 ]; then printf 'SizeMaxBytes=%sG\n' "$ROOT_MAX_GB"; fi
} >/etc/repart.d/50-root.conf

# The root file system follows its partition; cloud-init's own growing (see cloud.cfg.d) has no upper bound.
# Nothing of the boot is left to do on the EFI partition: one that is late must not end in emergency mode, without SSH. It is
# mounted at its first use: while the table of partitions is written anew, its device comes late, or comes and goes.
awk '
  $2 == "/" && $4 !~ /x-systemd.growfs/ { $4 = $4 ",x-systemd.growfs" }
  $2 == "/boot/efi" && $4 !~ /nofail/ { $4 = $4 ",nofail,x-systemd.automount" }
  { print }
' /etc/fstab >/etc/fstab.new
mv /etc/fstab.new /etc/fstab
