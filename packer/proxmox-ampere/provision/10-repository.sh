# Adds Proxmox VE's own repository, with the one key in the keyring that has the expected fingerprint.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

# 2: ended, with warnings. Anything else would be a system half set up.
cloud-init status --wait >/dev/null || [ $? -eq 2 ]

apt_get() { apt-get -q -y -o DPkg::Lock::Timeout=600 -o Dpkg::Options::=--force-confold -o APT::Install-Recommends=false "$@"; }
apt_get -o APT::Update::Error-Mode=any update
apt_get install gpg ca-certificates

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The file as it is, for importing it would take an agent.
gpg_here() { gpg --homedir "$work" --batch --quiet --no-autostart --no-default-keyring --keyring "$work/keyring" --trust-model always "$@"; }

/usr/lib/apt/apt-helper -q -o APT::Sandbox::User=root download-file "$PROXMOX_KEYRING_URL" "$work/keyring"
# Only this one: a keyring that holds the right key may hold a wrong one beside it.
gpg_here --export "$PROXMOX_KEYRING_FINGERPRINT" >"$work/key" || true
[ -s "$work/key" ] || {
  found=$(gpg_here --with-colons --list-keys | awk -F: '$1 == "pub" { key = 1 } $1 == "fpr" && key { print $10; key = 0 }' | paste -s -d ' ')
  echo "10-repository.sh: proxmox_keyring_fingerprint: $PROXMOX_KEYRING_URL has ${found:-no key}, not $PROXMOX_KEYRING_FINGERPRINT" >&2
  exit 1
}
# Where the package proxmox-archive-keyring will keep it up to date.
install -m 644 "$work/key" /usr/share/keyrings/proxmox-archive-keyring.gpg

cat >/etc/apt/sources.list.d/proxmox.sources <<SOURCES
Types: deb
URIs: $PROXMOX_REPOSITORY
Suites: trixie
Components: pve-no-subscription
Signed-By: /usr/share/keyrings/proxmox-archive-keyring.gpg
SOURCES
# For this build only: hosts follow the repository when somebody upgrades them.
cat >/etc/apt/preferences.d/proxmox-version <<PIN
Package: proxmox-ve pve-manager
Pin: version $PROXMOX_VERSION.*
Pin-Priority: 1001
PIN
apt_get -o APT::Update::Error-Mode=any update
