# Checks what files/ configures, then switches on what a host needs and off what waits for a cluster or a zone.
set -euo pipefail

nft --check --file /etc/nftables.conf
systemd-analyze verify /etc/systemd/system/lab-*.service
systemctl enable lab-hosts.service lab-firewall.service lab-identity.service lab-guest-storage.service
systemctl enable networking.service frr.service chrony.service

# SDN starts an instance of its own for each zone (pve-docs, pvesdn), and `pvecm qdevice setup` the QDevice's daemon.
systemctl disable --now dnsmasq.service corosync-qdevice.service
# Debian's corosync comes with a cluster of one, which keeps a host from joining another.
systemctl stop corosync.service
rm -f /etc/corosync/corosync.conf

# Mail for the machine's own users only, under whatever name the machine has.
postconf -X myhostname
# shellcheck disable=SC2016 # Postfix's variables
postconf -e 'myorigin=$myhostname' 'mydestination=$myhostname, localhost.$mydomain, localhost' 'inet_interfaces=loopback-only'
rm -f /etc/mailname
