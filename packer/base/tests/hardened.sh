# At every boot: what the base promises.

sshd_says() { prints "$1 $2" sh -c "sshd -T | grep -i '^$1 '"; }
policy_is_drop() { nft list chain inet lab-filter "$1" | grep 'policy drop'; }
open_tcp_ports() { nft list chain inet lab-filter input | sed -n 's/.*tcp dport \([0-9]*\) accept.*/\1/p'; }
# Loopback, the DHCP client's port, and SSH.
listeners() { ss -Hltun | awk '{ print $1, $5 }' | grep -vE '127\.0\.0\.|\[::1\]|:68$|^tcp (0\.0\.0\.0|\[::\]):22$'; true; }
sysctls_hold() {
  local name value
  while IFS=' =' read -r name value; do
    case $name in '' | '#'*) continue ;; esac
    prints "$value" sysctl -n "$name" || { echo "$name" && return 1; }
  done </etc/sysctl.d/60-hardening.conf
}
only_security() { prints 1 sh -c "apt-config dump Unattended-Upgrade::Origins-Pattern | grep -c ':: '" && apt-config dump | grep -F 'label=Debian-Security'; }
# What dpkg runs at an upgrade of GRUB, with another boot loader at the removable path of the ESP, which UEFI starts from.
upgrade_of_grub() {
  local esp=/boot/efi/EFI/BOOT architecture=amd64 target=x86_64-efi efi=x64 file
  if [ "$(uname -m)" = aarch64 ]; then architecture=arm64 target=arm64-efi efi=aa64; fi
  rm -rf /run/esp && cp -r "$esp" /run/esp
  for file in "BOOT${efi^^}.EFI" "grub$efi.efi"; do echo old >"$esp/$file"; done
  dpkg-reconfigure --frontend noninteractive "grub-efi-$architecture"
  cmp "$esp/BOOT${efi^^}.EFI" "/usr/lib/shim/shim$efi.efi.signed" && cmp "$esp/grub$efi.efi" "/usr/lib/grub/$target-signed/grub$efi.efi.signed" && return
  ls -lR /boot/efi
  # It shall boot once more all the same.
  cp /run/esp/* "$esp/"
  return 1
}
only_repart_grows() { empty sh -c "lsinitramfs /boot/initrd.img-$(uname -r) | grep -i growroot || true"; }
in_initramfs() { lsinitramfs /boot/initrd.img-"$(uname -r)" | grep "/$1\.ko"; }

check "the system is up, without a failed unit" prints running systemctl is-system-running --wait
check "root is locked" prints L sh -c "passwd --status root | cut -d ' ' -f 2"
check "sshd takes no passwords" sshd_says passwordauthentication no
check "sshd asks for no passwords by dialogue" sshd_says kbdinteractiveauthentication no
check "sshd lets root in by key only" sshd_says permitrootlogin without-password
check "sshd forwards to ports behind it, and listens for nobody" sshd_says allowtcpforwarding local
check "sshd forwards no X11" sshd_says x11forwarding no
check "the firewall drops what comes in" policy_is_drop input
check "the firewall lets in SSH only" prints 22 open_tcp_ports
check "nothing listens to the outside but sshd" empty listeners
check "an instance's metadata is for root" sh -c 'nft list chain inet lab-filter output | grep "169.254.169.254 tcp dport 80 meta skuid != 0 reject"'
check "auditd runs" systemctl is-active auditd.service
check "the audit rules are loaded" test "$(auditctl -l | wc -l)" -ge 10
check "security updates install themselves" systemctl is-enabled unattended-upgrades.service apt-daily-upgrade.timer
check "nothing but security updates installs itself" only_security
check "kernel settings are as written" sysctls_hold
check "processes dump no core" prints 0 bash -c 'ulimit -Hc'
check "unused protocols cannot be loaded" fails modprobe dccp
check "the kernel talks on the serial console" grep -E 'console=tty(AMA|S)0' /proc/cmdline
check "there is a login on the serial console" sh -c 'systemctl is-active serial-getty@ttyAMA0.service || systemctl is-active serial-getty@ttyS0.service'
check "an upgrade of GRUB reaches the removable path, which UEFI starts from" upgrade_of_grub
check "a late EFI partition does not end the boot in emergency mode" grep -E '^[^#]+ /boot/efi .*nofail' /etc/fstab
check "the EFI partition is mounted at its first use, however late it is" prints vfat sh -c 'ls /boot/efi/EFI >/dev/null && findmnt --noheadings --output FSTYPE /boot/efi | tail -n 1'
check "nothing in the initramfs grows the root file system before systemd-repart" only_repart_grows
check "the initramfs has the driver of OCI's boot volumes" in_initramfs virtio_scsi
check "the initramfs has the driver of virtio disks" in_initramfs virtio_blk
check "cloud-init looks for Oracle first" grep -F 'datasource_list: [Oracle, NoCloud, None]' /etc/cloud/cloud.cfg.d/90-ampere-lab.cfg
check "cloud-init ended without errors" prints '[]' sh -c "cloud-init status --format json | python3 -c 'import json,sys; print(json.load(sys.stdin)[\"errors\"])'"
plan
