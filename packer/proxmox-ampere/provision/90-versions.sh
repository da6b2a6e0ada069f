# Writes down what the image is made of, for images.lock.json.
set -euo pipefail

version() { dpkg-query --showformat='${Version}' --show "$1"; }
# The one that the next boot takes, which is not the one that runs.
kernel=$(find /boot -name 'vmlinuz-*' -printf '%f\n' | sort --version-sort | tail -n 1)
cat >/tmp/versions.json <<JSON
{
  "debian": "$(cat /etc/debian_version)",
  "kernel": "${kernel#vmlinuz-}",
  "proxmox-ve": "$(version proxmox-ve)",
  "pve-manager": "$(version pve-manager)",
  "qemu-server": "$(version qemu-server)",
  "corosync": "$(version corosync)",
  "corosync-qdevice": "$(version corosync-qdevice)",
  "frr": "$(version frr)",
  "ifupdown2": "$(version ifupdown2)",
  "cloud-init": "$(version cloud-init)",
  "openssh-server": "$(version openssh-server)",
  "systemd": "$(version systemd)"
}
JSON
