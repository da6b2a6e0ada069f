# Puts the files of files/ in their places, owned by root and readable as their directory says.
set -euo pipefail

chown -R root:root /tmp/files
chmod -R u=rwX,go=rX /tmp/files
chmod 755 /tmp/files/usr/local/lib/ampere-lab/*
cp -a /tmp/files/. /
rm -rf /tmp/files
