#!/usr/bin/env bash
# Makes a signed APT repository of small stand-ins for Proxmox VE's packages: for builds that cannot reach the real ones.
# They do what matters to the image: they fail without a name that resolves, start services while they are installed, make
# keys and certificates once, bring an enterprise repository; and Proxmox's ifupdown2 is in the index of amd64 alone.
# Needs dpkg, gpg, and Debian's ifupdown2, which it downloads.
#   packer/proxmox-ampere/tests/stub-repository.sh OUTPUT_DIR
# Leaves debian/pve (the repository), keyring.gpg (two keys) and fingerprint (of the right one).
set -euo pipefail
export LC_ALL=C

output=${1:?OUTPUT_DIR}
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
mkdir -p "$output"
output=$(cd "$output" && pwd)
work=$(mktemp -d)
trap 'gpgconf --homedir "$work/gpg" --kill all; rm -rf "$work"' EXIT
pool=$output/debian/pve/dists/trixie/pve-no-subscription/pool
rm -rf "$output/debian" && mkdir -p "$pool"

# --- packages -------------------------------------------------------------------------------------------------------

# package NAME VERSION ARCHITECTURE DEPENDS [FIELD…]; its files are in $work/NAME, DEBIAN/ with its scripts among them.
package() {
  local name=$1 version=$2 architecture=$3 depends=$4
  shift 4
  mkdir -p "$work/$name/DEBIAN"
  {
    printf 'Package: %s\nVersion: %s\nArchitecture: %s\n' "$name" "$version" "$architecture"
    printf 'Maintainer: ampere-lab <nobody@localhost>\nSection: admin\nPriority: optional\n'
    [ -z "$depends" ] || printf 'Depends: %s\n' "$depends"
    [ $# -eq 0 ] || printf '%s\n' "$@"
    printf 'Description: stand-in for tests, not Proxmox VE\n'
  } >"$work/$name/DEBIAN/control"
  dpkg-deb --root-owner-group --build -Zgzip "$work/$name" "$pool/${name}_${version}_$architecture.deb" >/dev/null
}

# file PACKAGE PATH MODE, its content from standard input
file() {
  mkdir -p "$(dirname "$work/$1/$2")"
  cat >"$work/$1/$2"
  chmod "$3" "$work/$1/$2"
}

package proxmox-default-kernel 2.1.0 all ''

# pmxcfs: everything under /etc/pve is in one file, config.db; nothing of it is there while the service does not run.
file pve-cluster usr/bin/pmxcfs 755 <<'SCRIPT'
#!/bin/bash
set -euo pipefail
db=/var/lib/pve-cluster/config.db
save() { tar -C /etc/pve -cf "$db.new" . && sync "$db.new" && mv "$db.new" "$db"; }
case ${1:-start} in
  start)
    address=$(getent ahostsv4 "$(hostname)" | awk 'NR == 1 { print $1 }')
    case $address in
      '' | 127.*) echo "Unable to resolve node name '$(hostname)' to a non-loopback IP address - missing entry in '/etc/hosts' or DNS?" >&2 && exit 1 ;;
    esac
    mkdir -p /etc/pve /var/lib/pve-cluster
    mount -t tmpfs -o mode=755 pve /etc/pve
    if [ -e "$db" ]; then tar -C /etc/pve -xf "$db"; else head -c 16 /dev/urandom | base64 >/etc/pve/.version; fi
    mkdir -p "/etc/pve/nodes/$(hostname)" /etc/pve/priv
    ln -sfn "nodes/$(hostname)" /etc/pve/local
    save
    ;;
  save) save ;;
  stop) if mountpoint -q /etc/pve; then save && umount /etc/pve; fi ;;
esac
SCRIPT
file pve-cluster usr/lib/systemd/system/pve-cluster.service 644 <<'UNIT'
[Unit]
Description=The Proxmox VE cluster filesystem (stand-in)
Wants=corosync.service
Wants=rrdcached.service
Before=corosync.service
Before=cron.service
After=network.target
After=time-sync.target
After=rrdcached.service
DefaultDependencies=no
Before=shutdown.target
Conflicts=shutdown.target

[Service]
ExecStart=/usr/bin/pmxcfs start
ExecStop=/usr/bin/pmxcfs stop
Type=oneshot
RemainAfterExit=yes

[Install]
WantedBy=multi-user.target
UNIT
file pve-cluster DEBIAN/postinst 755 <<'SCRIPT'
#!/bin/sh
set -e
systemctl daemon-reload
systemctl enable --now pve-cluster.service
SCRIPT
package pve-cluster 9.1.6 arm64 'corosync, rrdcached, sqlite3, systemd'

# pvecm updatecerts: the order, the files and the failure without an RSA host key are PVE::Cluster::Setup's.
file libpve-cluster-api-perl usr/bin/pvecm 755 <<'SCRIPT'
#!/bin/bash
set -euo pipefail
[ "${1:-}" = updatecerts ] || { echo "stand-in: only updatecerts" >&2 && exit 1; }
force=''
case " $* " in *' --force '* | *' -f '*) force=1 ;; esac
# The first boot's first try gives up, as the real one does on a slow machine.
if [ -n "$force" ] && [ ! -e /run/pvecm-tried ]; then
  touch /run/pvecm-tried
  echo "got timeout when trying to ensure cluster certificates and base file hierarchy is set up" >&2
  exit 255
fi
mountpoint -q /etc/pve || { echo 'no quorum - unable to update files' >&2 && exit 1; }
node=$(hostname) pve=/etc/pve
address=$(getent ahostsv4 "$node" | awk 'NR == 1 { print $1 }')
quiet() { "$@" >/dev/null 2>&1; }
mkdir -p -m 700 /root/.ssh
[ -f /root/.ssh/id_rsa.pub ] || quiet ssh-keygen -t rsa -N '' -b 2048 -f /root/.ssh/id_rsa
if [ ! -f $pve/priv/authorized_keys ]; then cat /root/.ssh/authorized_keys >$pve/priv/authorized_keys 2>/dev/null || true; fi
ln -sfn $pve/priv/authorized_keys /root/.ssh/authorized_keys
[ -f $pve/priv/authkey.key ] || { quiet openssl genrsa -out $pve/priv/authkey.key 2048 && quiet openssl rsa -in $pve/priv/authkey.key -pubout -out $pve/authkey.pub; }
[ -f $pve/pve-www.key ] || quiet openssl genrsa -out $pve/pve-www.key 2048
[ -f "$pve/nodes/$node/pve-ssl.key" ] || quiet openssl genrsa -out "$pve/nodes/$node/pve-ssl.key" 2048
if [ ! -f $pve/pve-root-ca.pem ]; then
  quiet openssl genrsa -out $pve/priv/pve-root-ca.key 2048
  quiet openssl req -batch -days 3650 -new -x509 -nodes -key $pve/priv/pve-root-ca.key -out $pve/pve-root-ca.pem \
    -subj "/CN=Proxmox Virtual Environment/OU=$(cat /proc/sys/kernel/random/uuid)/O=PVE Cluster Manager CA/"
  force=1
fi
if [ -n "$force" ] || [ ! -f "$pve/nodes/$node/pve-ssl.pem" ]; then
  quiet openssl req -batch -new -key "$pve/nodes/$node/pve-ssl.key" -out /run/pvecert.req \
    -subj "/OU=PVE Cluster Node/O=Proxmox Virtual Environment/CN=$node" \
    -addext "subjectAltName=IP:127.0.0.1,DNS:localhost,IP:$address,DNS:$node"
  quiet openssl x509 -req -in /run/pvecert.req -days 730 -out "$pve/nodes/$node/pve-ssl.pem" -CA $pve/pve-root-ca.pem \
    -CAkey $pve/priv/pve-root-ca.key -CAserial $pve/priv/pve-root-ca.srl -CAcreateserial -copy_extensions copyall
fi
sort -u $pve/priv/authorized_keys /root/.ssh/id_rsa.pub >$pve/priv/authorized_keys.new && cat $pve/priv/authorized_keys.new >$pve/priv/authorized_keys
rm $pve/priv/authorized_keys.new
chmod 600 $pve/priv/authorized_keys
pmxcfs save
[ -f /etc/ssh/ssh_host_rsa_key.pub ] || { echo "can't open '/etc/ssh/ssh_host_rsa_key.pub' - No such file or directory" >&2 && exit 2; }
echo "$node $(cut -d ' ' -f 1,2 /etc/ssh/ssh_host_rsa_key.pub)" >"$pve/nodes/$node/ssh_known_hosts"
pmxcfs save
SCRIPT
package libpve-cluster-api-perl 9.1.6 all 'pve-cluster, openssl, openssh-client'

package qemu-server 9.2.6 arm64 'pve-cluster, libpve-cluster-api-perl, socat'

daemon() { # NAME AFTER [LINE]
  file pve-manager "usr/lib/systemd/system/$1.service" 644 <<UNIT
[Unit]
Description=$1 (stand-in)
Wants=pve-cluster.service
After=pve-cluster.service $2

[Service]
${3:-}
# As the real one: no ticket can be given without the key.
ExecStartPre=/usr/bin/test -s /etc/pve/priv/authkey.key
ExecStart=/usr/bin/sleep infinity

[Install]
WantedBy=multi-user.target
UNIT
}
daemon pvedaemon corosync.service 'ExecStartPre=-/usr/bin/pvecm updatecerts --silent'
daemon pvestatd pvenetcommit.service 'ExecStartPre=/usr/bin/sleep 1'
daemon pveproxy 'pvedaemon.service ssh.service' 'ExecStartPre=-/usr/bin/pvecm updatecerts --silent'
file pve-manager usr/lib/systemd/system/pvebanner.service 644 <<'UNIT'
[Unit]
Description=Proxmox VE Login Banner (stand-in)
DefaultDependencies=no
After=local-fs.target
Before=console-getty.service

[Service]
ExecStart=/bin/sh -c 'echo "https://$(getent ahostsv4 $(hostname) | cut -d " " -f 1 | head -n 1):8006/" >/etc/issue'
Type=oneshot
RemainAfterExit=yes

[Install]
WantedBy=getty.target
UNIT
file pve-manager etc/apt/sources.list.d/pve-enterprise.sources 644 <<'SOURCES'
Types: deb
URIs: https://enterprise.proxmox.com/debian/pve
Suites: trixie
Components: pve-enterprise
Signed-By: /usr/share/keyrings/proxmox-archive-keyring.gpg
SOURCES
echo /etc/apt/sources.list.d/pve-enterprise.sources | file pve-manager DEBIAN/conffiles 644
echo stand-in | file pve-manager usr/share/doc/pve-manager/aplinfo.dat 644
file pve-manager DEBIAN/postinst 755 <<'SCRIPT'
#!/bin/sh
set -e
mkdir -p /etc/pve /var/lib/pve-manager/apl-info
cp /usr/share/doc/pve-manager/aplinfo.dat /var/lib/pve-manager/apl-info/download.proxmox.com
echo '{}' >/var/lib/pve-manager/pve-replication-state.json
systemctl daemon-reload
for unit in pvedaemon pveproxy pvestatd pvebanner; do
  systemctl enable "$unit.service" || true
  if systemctl -q is-enabled "$unit.service"; then systemctl start "$unit.service" || true; fi
done
SCRIPT
package pve-manager 9.2.11 all 'ifupdown2 (>= 3.0) | ifenslave (>= 2.6), libpve-cluster-api-perl, logrotate, postfix | mail-transport-agent, pve-cluster (>= 9.0.1), qemu-server (>= 9.1.13), rsync, wget'
package proxmox-ve 9.2.0 all 'openssh-server, proxmox-default-kernel, pve-manager, qemu-server'
# A later release, which a build of 9.2 must leave alone.
package proxmox-ve 9.3.0 all 'openssh-server, proxmox-default-kernel, pve-manager, qemu-server'

# Debian's own, under the version that Proxmox gives it.
name=$(curl -fsSL "$mirror/dists/trixie/main/binary-arm64/Packages.xz" | xz -dc | awk -v RS= '/^Package: ifupdown2\n/' | sed -n 's/^Filename: //p')
curl -fsSL -o "$work/ifupdown2.deb" "$mirror/$name"
dpkg-deb --raw-extract "$work/ifupdown2.deb" "$work/ifupdown2"
sed -i 's/^Version: .*/Version: 3.3.0-1+pmx12/' "$work/ifupdown2/DEBIAN/control"
dpkg-deb --root-owner-group --build -Zgzip "$work/ifupdown2" "$pool/ifupdown2_3.3.0-1+pmx12_all.deb" >/dev/null

# --- indexes and signature ------------------------------------------------------------------------------------------

root=$output/debian/pve
index() { # ARCHITECTURE, then the packages that it leaves out
  local folder=$root/dists/trixie/pve-no-subscription/binary-$1 deb architecture
  mkdir -p "$folder"
  for deb in "$pool"/*.deb; do
    architecture=$(dpkg-deb --field "$deb" Architecture)
    case $architecture in all | "$1") ;; *) continue ;; esac
    [ "$(dpkg-deb --field "$deb" Package)" != "${2:-}" ] || continue
    dpkg-deb --field "$deb"
    printf 'Filename: %s\nSize: %s\nSHA256: %s\n\n' "${deb#"$root"/}" "$(stat -c %s "$deb")" "$(sha256sum "$deb" | cut -d ' ' -f 1)"
  done >"$folder/Packages"
}
index amd64
index arm64 ifupdown2

suite=$root/dists/trixie
{
  printf 'Origin: ampere-lab\nLabel: stand-in\nSuite: stable\nCodename: trixie\nDate: %s\n' "$(date --utc --rfc-email)"
  printf 'Architectures: amd64 arm64\nComponents: pve-no-subscription\nSHA256:\n'
  (cd "$suite" && for path in pve-no-subscription/binary-*/Packages; do printf ' %s %s %s\n' "$(sha256sum "$path" | cut -d ' ' -f 1)" "$(stat -c %s "$path")" "$path"; done)
} >"$suite/Release"

mkdir -m 700 "$work/gpg"
gpg_here() { gpg --homedir "$work/gpg" --batch --quiet --pinentry-mode loopback --passphrase '' "$@"; }
gpg_here --quick-generate-key 'another <other@localhost>' ed25519 sign never
gpg_here --quick-generate-key 'stand-in <repository@localhost>' ed25519 sign never
gpg_here --local-user repository@localhost --digest-algo SHA512 --clear-sign --output "$suite/InRelease" "$suite/Release"
gpg_here --with-colons --list-keys repository@localhost | awk -F: '$1 == "fpr" { print $10; exit }' >"$output/fingerprint"
rm -f "$output/keyring.gpg"
gpg_here --export --output "$output/keyring.gpg"
cat "$output/fingerprint"
