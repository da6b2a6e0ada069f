# Checks what files/ configures, then switches on what a host needs and off what waits for a cluster or a zone.
set -euo pipefail

nft --check --file /etc/nftables.conf
systemd-analyze verify /etc/systemd/system/lab-*.service
systemctl enable lab-hosts.service lab-firewall.service lab-identity.service lab-guest-storage.service
systemctl enable networking.service frr.service chrony.service

# EVPN zones are BGP's, and notice a lost host by BFD. Debian's FRR leaves both off, Proxmox's own has them on.
sed -i -E 's/^(bgpd|bfdd)=.*/\1=yes/' /etc/frr/daemons
[ "$(grep -cE '^(bgpd|bfdd)=yes$' /etc/frr/daemons)" -eq 2 ] || { echo "70-services.sh: /etc/frr/daemons has no line for bgpd or bfdd" >&2 && exit 1; }

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
