# Writes down what the image is made of, for images.lock.json.
set -euo pipefail

version() { dpkg-query --showformat='${Version}' --show "$1"; }
cat >/tmp/versions.json <<JSON
{
  "debian": "$(cat /etc/debian_version)",
  "kernel": "$(uname -r)",
  "cloud-init": "$(version cloud-init)",
  "openssh-server": "$(version openssh-server)",
  "systemd": "$(version systemd)"
}
JSON
