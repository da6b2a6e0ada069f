# At the first boot: nothing of the build is left, and what Proxmox VE makes once was made here.

made_since_boot() { empty find "$@" ! -newermt "$(uptime -s)"; }
nothing_of_the_build() { empty sh -c 'cd / && grep -rl image-build etc root home var/lib/cloud var/lib/pve-* var/lib/rrdcached var/lib/postfix var/spool || true'; }
# The stand-in for pvecm gives up once, and leaves this file.
tried_again() { [ ! -e /run/pvecm-tried ] || prints 1 systemctl show --property NRestarts --value lab-identity.service; }
# Of the last start: when a daemon's first process began, and when the unit that it waits for was done.
daemons_waited() {
  local done_at daemon began
  done_at=$(systemctl show --property ActiveEnterTimestampMonotonic --value lab-identity.service)
  for daemon in pvedaemon pveproxy pvestatd; do
    began=$(systemctl show --property InactiveExitTimestampMonotonic --value "$daemon.service")
    [ "$began" -ge "$done_at" ] || { echo "$daemon began at $began, the identity was there at $done_at" && return 1; }
  done
}
only_key() { prints "$1" sh -c "grep -c . /etc/pve/priv/authorized_keys"; }
one_node() { prints "$(hostname)" ls /etc/pve/nodes; }

check "the build user is gone" fails id image-build
check "nothing names the build's machine" nothing_of_the_build
check "every SSH host key was made at this boot" made_since_boot /etc/ssh -name 'ssh_host_*'
check "the machine-id was made at this boot" made_since_boot /etc/machine-id
check "the cluster file system was made at this boot" made_since_boot /var/lib/pve-cluster -type f
check "there are a root CA, a ticket key, a www key and a node certificate" test -s /etc/pve/pve-root-ca.pem -a -s /etc/pve/priv/authkey.key -a -s /etc/pve/pve-www.key -a -s /etc/pve/local/pve-ssl.pem
check "all of them were made at this boot" made_since_boot /etc/pve/ -type f
check "a first try that gave up was followed by another" tried_again
check "no daemon of Proxmox VE began before the certificate was there" daemons_waited
check "root's key pair was made at this boot" made_since_boot /root/.ssh -name 'id_*'
check "cloud-init's key and the host's own are root's only ones" only_key 2
check "the cluster file system knows this node only" one_node
check "there is no cluster" test ! -e /etc/corosync/corosync.conf -a ! -e /etc/corosync/authkey
check "the volume group was made at this boot" made_since_boot /etc/lvm/backup /etc/lvm/archive -type f
check "the image had no partition for guests" sh -c "journalctl --boot --unit systemd-repart.service --quiet | grep -i 'guests\|adding new partition'"
check "the mail queue is empty" sh -c 'mailq | grep -F "queue is empty"'
check "there is one journal, of this boot" prints 1 sh -c 'journalctl --list-boots --quiet | grep -c .'
check "nobody has a password but root, from cloud-init" empty sed -En '/^root:/d; s/^([^:]+):[^!*:].*/\1/p' /etc/shadow
plan
