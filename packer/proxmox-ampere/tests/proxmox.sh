# At every boot, on a disk of 40 GB and with what the oci stack has cloud-init write: what the Proxmox VE image promises.

name=$(hostname)
version() { dpkg-query --showformat='${Version}' --show "$1"; }
versions_hold() {
  local package
  for package in proxmox-ve pve-manager; do case $(version "$package") in 9.*) ;; *) echo "$package $(version "$package")" && return 1 ;; esac; done
}
one_repository() { prints /etc/apt/sources.list.d/proxmox.sources grep -rlE 'proxmox|pve-' /etc/apt/sources.list /etc/apt/sources.list.d; }
keys_of_repository() {
  local home && home=$(mktemp -d)
  gpg --homedir "$home" --show-keys --with-colons /usr/share/keyrings/proxmox-archive-keyring.gpg 2>/dev/null | grep -c ^pub
}
own_ifupdown2() { version ifupdown2 | grep -E 'pve|pmx|proxmox'; }
all_active() { local unit; for unit; do systemctl is-active --quiet "$unit" || { systemctl status --no-pager "$unit"; return 1; }; done; }
routing_daemons() { local daemon running && running=$(vtysh -c 'show daemons') && for daemon; do grep -w "$daemon" <<<"$running" || { echo "running: $running" && return 1; }; done; }
# With a Proxmox kernel Debian's is gone; stand-ins for packages have none, and Debian's stays.
one_kind_of_kernel() {
  if compgen -G '/boot/vmlinuz-*-pve' >/dev/null; then
    case $(uname -r) in *-pve) empty sh -c 'dpkg --get-selections "linux-image-*" os-prober 2>/dev/null | grep -w install || true' ;; *) uname -r && false ;; esac
  else
    test -e "/boot/vmlinuz-$(uname -r)"
  fi
}
own_address() { getent ahostsv4 "$name" | awk 'NR == 1 { print $1 }'; }
name_resolves() { local address && address=$(own_address) && case $address in '' | 127.*) echo "$name is ${address:-nothing}" && false ;; *) ip -4 -o address show to "$address" | grep . ;; esac; }
no_loopback_name() { fails grep -E "^127\..*[[:space:]]$name([[:space:]]|\$)" /etc/hosts; }
resolver_is_plain() { test -f /etc/resolv.conf && ! test -L /etc/resolv.conf && grep '^nameserver' /etc/resolv.conf && fails grep '^nameserver 127' /etc/resolv.conf; }
by_ifupdown2() { grep -q '^source /etc/network/interfaces.d/\*' /etc/network/interfaces && ifquery --check --all; }
nobody_else() { empty sh -c 'systemctl list-units --state=active --plain --no-legend systemd-networkd.service systemd-resolved.service; ls /etc/netplan 2>/dev/null || true'; }
chain() { nft --stateless list chain inet lab-filter "$1"; }
# Each rule that cloud-init has written, in the words of nft.
rules_loaded() {
  local file rule
  for file in hosts guests; do
    sed -n 's/^ *.*accept comment \(.*\)$/\1/p' "/etc/nftables.d/ampere-lab-$file.nft"
  done | while read -r rule; do prints 1 sh -c "nft list chain inet lab-filter input | grep -c 'comment \"$rule\"'" || { echo "$rule" && exit 1; }; done
}
forwarding() { prints 1 sysctl -n net.ipv4.ip_forward && prints 2 sysctl -n net.ipv4.conf.all.rp_filter && chain forward | grep -E '^\s+accept'; }
metadata_is_kept() { chain forward | grep -F 'ip daddr 169.254.0.0/16 drop'; }
certificate_is_own() { openssl verify -CAfile /etc/pve/pve-root-ca.pem "/etc/pve/nodes/$name/pve-ssl.pem" && openssl x509 -in "/etc/pve/nodes/$name/pve-ssl.pem" -noout -checkip "$(own_address)" | grep 'does match'; }
root_keys() { prints /etc/pve/priv/authorized_keys readlink /root/.ssh/authorized_keys && grep -qF "$(cut -d ' ' -f 2 /root/.ssh/id_rsa.pub)" /root/.ssh/authorized_keys; }
root_is_capped() {
  local size
  size=$(df --output=size --block-size=1M / | tail -n 1)
  [ "$size" -gt 18000 ] || { lsblk && df -h / && return 1; }
  [ "$size" -le 20480 ] || { lsblk && df -h / && return 1; }
}
pool_is_there() { prints 'thin-pool' sh -c "lvs --noheadings --options segtype pve/data | tr -d ' '" && empty sh -c "vgs --noheadings --options tags pve | tr -d ' '"; }
# What is left of 40 GB beside the root file system's 20, and of that all but 2 GB of metadata.
pool_is_large() { [ "$(lvs --noheadings --nosuffix --units g --options size pve/data | cut -d . -f 1)" -ge 16 ] || { lvs --all && vgs && false; }; }
pool_works() { lvcreate --quiet --yes --thin --virtualsize 1G --name try pve/data && mkfs.ext4 -q /dev/pve/try && lvremove --quiet --yes pve/try; }
pool_is_left_alone() { local before && before=$(lvs --noheadings --options uuid pve/data) && /usr/local/lib/ampere-lab/guest-storage && prints "$before" lvs --noheadings --options uuid pve/data; }
# Another lsblk, which knows of no partition for guests.
no_room() {
  # Not below /run, from which nothing can be started.
  local bin=/opt/no-room said
  mkdir -p "$bin"
  printf '#!/bin/sh\ncase "$*" in *PARTLABEL*) ;; *) exec /usr/bin/lsblk "$@" ;; esac\n' >"$bin/lsblk"
  chmod 755 "$bin/lsblk"
  said=$(PATH=$bin:$PATH /usr/local/lib/ampere-lab/guest-storage 2>&1) && echo "it was well: $said" && return 1
  prints 1 grep -c 'has no partition guests for the thin pool pve/data: of its [0-9]* GB the root file system has [0-9]*' <<<"$said" || { echo "$said" && return 1; }
}
# The file on the ESP, at the removable path.
grub_is_installed() {
  case $(uname -m) in
    aarch64) cmp /boot/efi/EFI/BOOT/BOOTAA64.EFI /usr/lib/shim/shimaa64.efi.signed && cmp /boot/efi/EFI/BOOT/grubaa64.efi /usr/lib/grub/arm64-efi-signed/grubaa64.efi.signed ;;
    *) cmp /boot/efi/EFI/BOOT/BOOTX64.EFI /usr/lib/shim/shimx64.efi.signed && cmp /boot/efi/EFI/BOOT/grubx64.efi /usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed ;;
  esac
}

check "the system is up, without a failed unit" prints running systemctl is-system-running --wait
check "Proxmox VE is a 9" versions_hold
check "packages of Proxmox come from one repository, without subscription" one_repository
check "the repository's keyring has one key" prints 1 keys_of_repository
check "no version is pinned" test ! -e /etc/apt/preferences.d/proxmox-version
check "ifupdown2 is Proxmox's own" own_ifupdown2
check "there is one kind of kernel" one_kind_of_kernel
check "UEFI finds the installed boot loader at the removable path" grub_is_installed
check "Proxmox VE's daemons run" all_active pve-cluster.service pvedaemon.service pveproxy.service pvestatd.service
check "chrony keeps the time, and nothing else" sh -c 'systemctl is-active chrony.service && ! systemctl is-active systemd-timesyncd.service'
check "routing for EVPN is on" all_active frr.service
check "BGP and BFD run, which EVPN zones are made of" routing_daemons bgpd bfdd
check "FRR and its tools are of one build" prints "$(version frr)" version frr-pythontools
check "the QDevice's daemon is installed, and not switched on" sh -c 'dpkg-query --show corosync-qdevice && ! systemctl is-enabled corosync-qdevice.service'
check "answers through an EVPN zone's link are not tracked twice" prints 1 sh -c "nft list chain inet lab-evpn prerouting | grep -cE 'iifname \"xvrfp_\*\" notrack'"
check "the first boot's work is done" all_active lab-guest-storage.service nftables.service
check "no cluster, QDevice or DHCP runs before it is asked for" prints 'inactive inactive inactive' sh -c 'systemctl is-active corosync.service corosync-qdevice.service dnsmasq.service | paste -s -d " "'
check "the host's name is its address on the wire" name_resolves
check "the host's name is no loopback address" no_loopback_name
check "the network is ifupdown2's" by_ifupdown2
check "nobody else configures the network" nobody_else
check "resolv.conf names the network's own resolver" resolver_is_plain
check "names of the internet resolve" getent hosts deb.debian.org
check "the firewall drops what comes in" sh -c "nft list chain inet lab-filter input | grep 'policy drop'"
check "the firewall has each of the lab's rules once" rules_loaded
check "the API's forward is loaded once" prints 1 sh -c 'nft list chain ip ampere-lab prerouting | grep -c "dnat to"'
check "reading the rules again changes nothing" sh -c 'nft list ruleset >/run/before && nft --file /etc/nftables.conf && nft list ruleset | diff /run/before -'
check "packets of guests are forwarded" forwarding
check "guests do not reach the host's metadata" metadata_is_kept
check "the node's certificate is its own CA's, for its address" certificate_is_own
check "root's keys are the cluster's" root_keys
check "there is an RSA host key beside the lab's own" test -s /etc/ssh/ssh_host_rsa_key.pub
check "mail stays on the machine" prints loopback-only postconf -h inet_interfaces
check "the console shows the notice, not an address" fails grep -q 8006 /etc/issue
check "the root file system is capped at 20 GB" root_is_capped
check "the thin pool is there, under the names that the stack expects" pool_is_there
check "the thin pool has the rest of the disk" pool_is_large
check "the thin pool works" pool_works
check "a disk without room for guests is an error that says so" no_room
check "a second run leaves the thin pool alone" pool_is_left_alone
plan
