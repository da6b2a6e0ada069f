# Checks what files/ configures, then switches it on.
set -euo pipefail

mkdir -p /etc/nftables.d /run/sshd
sshd -t
nft --check --file /etc/nftables.conf
augenrules --check >/dev/null || augenrules --load >/dev/null
unattended-upgrade --dry-run
systemctl enable nftables.service auditd.service unattended-upgrades.service apt-daily.timer apt-daily-upgrade.timer
