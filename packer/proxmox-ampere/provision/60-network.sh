# Leaves the network to ifupdown2, as Proxmox VE does: netplan, systemd-networkd and systemd-resolved go.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

# They carry the connection of this build, so they run on until its end; only they do not come back.
systemctl mask systemd-networkd.service systemd-networkd.socket systemd-networkd-wait-online.service
resolvers=$(grep -h '^nameserver' /run/systemd/resolve/resolv.conf /etc/resolv.conf 2>/dev/null | grep -v ' 127\.' | sort -u)
mapfile -t packages < <(dpkg-query --show --showformat='${db:Status-Abbrev} ${Package}\n' 'netplan*' 'python3-netplan' systemd-resolved 2>/dev/null | sed -n 's/^ii  *//p')
[ "${#packages[@]}" -eq 0 ] || apt-get -q -y -o DPkg::Lock::Timeout=600 purge "${packages[@]}"
rm -rf /etc/netplan
# A file of its own, for dhclient to write to; seal.sh empties it.
rm -f /etc/resolv.conf
printf '%s\n' "$resolvers" >/etc/resolv.conf
