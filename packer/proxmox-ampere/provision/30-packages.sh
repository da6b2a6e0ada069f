# Installs Proxmox VE and what a host of the lab needs beside it, and checks that it is the version that was asked for.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

# A build that loses power begins anew, so dpkg need not wait for the disk after each file.
apt_get() {
  apt-get -q -y -o DPkg::Lock::Timeout=600 -o Dpkg::Options::=--force-confold -o Dpkg::Options::=--force-unsafe-io \
    -o APT::Install-Recommends=false "$@"
}
version() { dpkg-query --showformat='${Version}' --show "$1"; }

# pve-manager reads two files there, at installation and whenever it downloads a template list; images often leave out
# all documentation. The last rule counts, and so the last file name.
echo 'path-include=/usr/share/doc/pve-manager/*' >/etc/dpkg/dpkg.cfg.d/zz-proxmox
# It would write the build's address over the notice of /etc/issue, and each host's own at every boot.
systemctl mask pvebanner.service

# dnsmasq: the DHCP of Simple zones. frr: EVPN zones. isc-dhcp-client: what ifupdown2 knows to ask DHCP with.
# corosync-qdevice: the vote of the micro, on two hosts.
apt_get install proxmox-default-kernel
apt_get install proxmox-ve postfix chrony ifupdown2 isc-dhcp-client dnsmasq frr frr-pythontools corosync-qdevice \
  lvm2 thin-provisioning-tools

# The enterprise repository wants a subscription. dpkg remembers that its file was removed.
rm -f /etc/apt/sources.list.d/pve-enterprise.* /etc/apt/sources.list.d/ceph.* /etc/apt/preferences.d/proxmox-version

for package in proxmox-ve pve-manager; do
  case $(version "$package") in
    "$PROXMOX_VERSION".*) ;;
    *) echo "30-packages.sh: proxmox_version: wanted $PROXMOX_VERSION, $PROXMOX_REPOSITORY has $package $(version "$package")" >&2 && exit 1 ;;
  esac
done

# Proxmox VE reloads a network, and so applies its SDN, with Proxmox's own ifupdown2 alone (pve-manager API2/Network.pm).
# That package is for all architectures, but was in the index of amd64 only: on arm64 apt had taken Debian's.
own_ifupdown2() { case $(version ifupdown2) in *pmx* | *pve* | *proxmox*) ;; *) return 1 ;; esac; }
if ! own_ifupdown2; then
  work=$(mktemp -d)
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
  amd64() {
    apt-get -q -o APT::Sandbox::User=root -o APT::Architecture=amd64 -o APT::Architectures=amd64 \
      -o Dir::State::Lists="$work/lists" -o Dir::Cache="$work/cache" -o Dir::Etc::SourceParts=- -o Dir::Etc::SourceList=/etc/apt/sources.list.d/proxmox.sources "$@"
  }
  amd64 -o APT::Update::Error-Mode=any update
  (cd "$work" && amd64 download ifupdown2)
  apt_get install "$work"/ifupdown2_*_all.deb
  rm -rf "$work"
fi
own_ifupdown2 || { echo "30-packages.sh: $PROXMOX_REPOSITORY has no ifupdown2 of Proxmox's: got $(version ifupdown2)" >&2 && exit 1; }

# Proxmox's FRR where its repository has it for this architecture, else Debian's. Its tools are for all architectures and so
# may come of another build: SDN's reload would then speak another FRR's language.
[ "$(version frr)" = "$(version frr-pythontools)" ] || { echo "30-packages.sh: frr $(version frr) and frr-pythontools $(version frr-pythontools) are not of one build" >&2 && exit 1; }
for package in frr corosync corosync-qdevice; do
  case $(version "$package") in
    *pmx* | *pve* | *proxmox*) echo "$package $(version "$package") is Proxmox's" ;;
    *) echo "$package $(version "$package") is Debian's" ;;
  esac
done
