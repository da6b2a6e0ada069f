# Waits for the build's first boot to end, then brings the system up to date and installs what the base is made of.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

# 2: ended, with warnings. Anything else would be a system half set up.
cloud-init status --wait >/dev/null || [ $? -eq 2 ]

apt_get() { apt-get -q -y -o DPkg::Lock::Timeout=600 -o Dpkg::Options::=--force-confold -o APT::Install-Recommends=false "$@"; }
apt_get -o APT::Update::Error-Mode=any update
apt_get dist-upgrade
# It gives the root file system the whole disk before systemd-repart is asked: Debian's cloud images have it.
apt_get purge cloud-initramfs-growroot
apt_get install nftables auditd unattended-upgrades systemd-repart systemd-timesyncd needrestart apt-listchanges- \
  libpam-tmpdir libpam-pwquality
