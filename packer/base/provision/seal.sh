# Takes out all that belongs to one machine, and the build user; then powers off. Runs as a unit, outlives the session.
set -euo pipefail

loginctl terminate-user image-build || true
until userdel --force --remove image-build 2>/dev/null || ! id image-build >/dev/null 2>&1; do sleep 1; done
rm -f /etc/sudoers.d/90-cloud-init-users /etc/passwd- /etc/group- /etc/shadow- /etc/gshadow- /etc/subuid- /etc/subgid-

systemctl stop unattended-upgrades.service apt-daily.timer apt-daily-upgrade.timer
apt-get -q clean
rm -rf /var/lib/apt/lists/*

cloud-init clean --logs --seed
rm -f /etc/netplan/50-cloud-init.yaml /etc/network/interfaces.d/50-cloud-init /etc/ssh/sshd_config.d/50-cloud-init.conf
rm -f /etc/ssh/ssh_host_* /root/.bash_history /root/.ssh/authorized_keys
# It writes its seed when it is stopped, so before that is deleted.
systemctl stop systemd-random-seed.service
rm -rf /root/.cache /root/.ansible /var/lib/systemd/random-seed /var/lib/systemd/credential.secret /var/lib/dhcp/* /var/lib/dhcpcd/*
rm -f /var/lib/dbus/machine-id
: >/etc/machine-id
echo localhost >/etc/hostname

systemctl stop auditd.service systemd-journald.socket systemd-journald-dev-log.socket systemd-journald.service || true
find /var/log -type f -delete
rm -rf /var/log/journal/* /run/log/journal /tmp/* /var/tmp/*
sync
fstrim --all || true
systemctl poweroff --no-block
