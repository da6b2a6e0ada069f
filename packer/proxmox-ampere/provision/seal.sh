# Takes out all that Proxmox VE makes once for a machine, and what the build told it of itself; then seals as the base does.
set -euo pipefail

# Some of these may not be installed, and pve-guests cannot be stopped by hand.
for unit in pveproxy spiceproxy pvedaemon pvestatd pvescheduler pve-ha-lrm pve-ha-crm pve-firewall proxmox-firewall \
  qmeventd lxcfs frr chrony postfix rrdcached corosync pve-cluster; do
  systemctl stop "$unit.service" 2>/dev/null || true
done
if mountpoint --quiet /etc/pve; then umount --lazy /etc/pve; fi

# The cluster file system: root CA, ticket, www and node keys, certificates, users, storage, guests.
rm -rf /etc/pve/* /var/lib/pve-cluster/* /var/lib/pve-cluster/.[!.]*
# Its figures, states and task lists, under the build's name. The list of container templates may stay.
rm -rf /var/lib/rrdcached/db/* /var/lib/rrdcached/journal/* /var/lib/pve-firewall/*
if [ -d /var/lib/pve-manager ]; then find /var/lib/pve-manager -mindepth 1 -maxdepth 1 ! -name apl-info -exec rm -rf {} +; fi
find /etc/corosync /var/lib/corosync -type f -delete 2>/dev/null || true
# Root's keys; authorized_keys is a link into /etc/pve.
rm -rf /root/.ssh /etc/ssh/ssh_known_hosts
# Names and keys of the services below and beside it.
rm -f /etc/hostid /etc/nvme/hostid /etc/nvme/hostnqn /etc/ssl/certs/ssl-cert-snakeoil.pem /etc/ssl/private/ssl-cert-snakeoil.key
rm -rf /var/lib/swtpm-localca/* /var/lib/chrony/* /etc/lvm/archive/* /etc/lvm/backup/* /etc/lvm/devices/*
# open-iscsi makes a name of this when it starts.
if [ -e /etc/iscsi/initiatorname.iscsi ]; then echo GenerateName=yes >/etc/iscsi/initiatorname.iscsi; fi
postsuper -d ALL 2>/dev/null || true
rm -rf /var/lib/postfix/* /var/spool/postfix/etc/hosts /var/spool/postfix/etc/resolv.conf /var/mail/* /etc/frr/*.sav

sed -i "/[[:space:]]$(hostname)\([[:space:]]\|\$\)/d" /etc/hosts
# The database of mail aliases names the machine that made it.
hostname localhost
newaliases
: >/etc/resolv.conf
# What dhclient and ifupdown2 remember of the build's network.
rm -rf /var/lib/dhcp/* /var/lib/dhcpcd/* /var/tmp/network

exec /bin/bash /run/seal-base.sh
