# At the first boot: nothing of the build is left, and all that belongs to one machine was made here.

nothing_of_the_build() { empty sh -c 'grep -rls image-build /etc /root /home /var/lib/cloud /var/spool; true'; }
made_since_boot() { empty find "$@" ! -newermt "$(uptime -s)"; }
one_journal() { prints 1 sh -c 'ls /var/log/journal | wc -l' && prints 1 sh -c 'journalctl --list-boots --quiet | grep -c .'; }
logs_in_mb() { [ "$(du -sm /var/log | cut -f 1)" -le 200 ]; }

check "the build user is gone" fails id image-build
check "no file of the system names the build user" nothing_of_the_build
check "nobody has a password" empty sed -En 's/^([^:]+):[^!*:].*/\1/p' /etc/shadow
check "every SSH host key was made at this boot" made_since_boot /etc/ssh -name 'ssh_host_*'
check "there are SSH host keys" test -s /etc/ssh/ssh_host_ed25519_key
check "the machine-id was made at this boot" made_since_boot /etc/machine-id
check "the journal knows this machine and this boot only" one_journal
check "the logs are small" logs_in_mb
check "there are no core dumps" empty find / -xdev -name 'core.[0-9]*' -type f
check "no DHCP lease of another network is left" made_since_boot /var/lib /run -name '*.lease*' -type f
check "root's only key is the one that cloud-init brought" prints 1 grep -c . /root/.ssh/authorized_keys
plan
