# Shares out a host's disk at its first boot: up to ROOT_MAX_GB for the root file system, what is left for guests.
set -euo pipefail

# The more weight takes first. Written at the end of the build, so that the image itself has no partition for guests.
{
  printf '[Partition]\nType=root\nWeight=1000000\n'
  if [ "$ROOT_MAX_GB" -gt 0 ]; then printf 'SizeMaxBytes=%sG\n' "$ROOT_MAX_GB"; fi
} >/etc/repart.d/50-root.conf
rm -f /etc/repart.d/60-guests.conf
[ "$ROOT_MAX_GB" -gt 0 ] || exit 0
cat >/etc/repart.d/60-guests.conf <<'REPART'
# Linux LVM. /usr/local/lib/ampere-lab/guest-storage makes the thin pool in it.
[Partition]
Type=E6D6D379-F507-44C2-A23C-238F2A3DF928
Label=guests
Weight=1
SizeMinBytes=8G
# Left out on a disk without room, where one of priority 0 would keep the root file system small: guest-storage says so.
Priority=1
REPART
