# Prints what two machines must not share: name=digest.
for file in /etc/machine-id /etc/ssh/ssh_host_*_key; do printf '%s=%s\n' "$file" "$(sha256sum <"$file" | cut -d ' ' -f 1)"; done
