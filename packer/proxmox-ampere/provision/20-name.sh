# Lets the machine's name resolve to its address on the wire, without which Proxmox VE's packages do not configure.
set -euo pipefail

address=$(ip -4 -o address show scope global | awk '{ sub("/.*", "", $4); print $4; exit }')
# seal.sh takes it out again.
sed -i "/[[:space:]]$(hostname)\([[:space:]]\|\$\)/d" /etc/hosts
echo "$address $(hostname)" >>/etc/hosts

debconf-set-selections <<'ANSWERS'
postfix postfix/main_mailer_type select Local only
postfix postfix/mailname string localhost
ANSWERS
