# Nobody has a password: root is locked until a lab's own hash arrives by cloud-init.
set -euo pipefail

passwd --quiet --lock root
sed -i -E '/^#?\s*HOME_MODE\s/d' /etc/login.defs
printf 'HOME_MODE\t0700\n' >>/etc/login.defs
chmod 0700 /root
chmod 0750 /etc/sudoers.d
