# Prints what two machines must not share: name=digest.
print_digests() { local file; for file; do printf '%s=%s\n' "$file" "$(sha256sum <"$file" | cut -d ' ' -f 1)"; done; }
print_digests /etc/machine-id /etc/ssh/ssh_host_*_key /root/.ssh/id_rsa /var/lib/pve-cluster/config.db
print_digests /etc/pve/pve-root-ca.pem /etc/pve/priv/pve-root-ca.key /etc/pve/priv/authkey.key /etc/pve/pve-www.key
print_digests /etc/pve/local/pve-ssl.key /etc/pve/local/pve-ssl.pem
printf 'volume-group=%s\n' "$(vgs --noheadings --options uuid pve | tr -d ' ' | sha256sum | cut -d ' ' -f 1)"
