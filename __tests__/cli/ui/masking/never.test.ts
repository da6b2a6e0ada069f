/** What must never be masked, with everything learned that a deployed lab has. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { generateSshKey } from "../../../../sandbox/pki/ssh-key.ts";
import { Masker } from "../../../../cli/ui/masker.ts";

const ROOT = join(__dirname, "../../../..");
const key = generateSshKey("root@pve-1");
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const certificate = "-----BEGIN CERTIFICATE-----\nMIIBhTCCASugAwIBAgIQIRi6zePL6mKjOipn\n-----END CERTIFICATE-----\n";

const KUBECONFIG = `apiVersion: v1
kind: Config
clusters:
- name: ampere-lab-proxmox
  cluster:
    server: https://203.0.113.9:6443
    certificate-authority-data: ${base64(certificate)}
contexts:
- name: admin@ampere-lab-proxmox
  context:
    cluster: ampere-lab-proxmox
    namespace: default
    user: admin@ampere-lab-proxmox
current-context: admin@ampere-lab-proxmox
users:
- name: admin@ampere-lab-proxmox
  user:
    client-key-data: ${base64(key.private)}
`;
const MACHINE = `version: v1alpha1
machine:
  type: controlplane
  token: 7xq2ab.k3l9vq0wz8m1c5t7
  kubelet:
    image: ghcr.io/siderolabs/kubelet:v1.36.2
    defaultRuntimeSeccompProfileEnabled: true
  install:
    disk: /dev/vda
    image: factory.talos.dev/nocloud-installer/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba:v1.13.9
cluster:
  secretboxEncryptionSecret: m3Vq9Zr0tX2uB7yN1cK8wE5sJ6hG4dF0aL2pO9iU1vQ=
  network:
    dnsDomain: cluster.local
    podSubnets:
      - 10.244.0.0/16
`;
const USER_DATA = `#cloud-config
hostname: ampere-lab-pve-1
ssh_keys:
  ed25519_public: ${key.public}
  ed25519_private: |
${key.private.replaceAll(/^/gm, "    ")}
runcmd:
  - systemctl restart ssh.service
`;

const masker = new Masker();
masker.learn([KUBECONFIG, MACHINE, USER_DATA, base64(USER_DATA)]);

const LINES = [
  "display_name: ampere-lab-proxmox-1 → ampere-lab-proxmox-2",
  "current-context: admin@ampere-lab-proxmox",
  "apiVersion: v1, kind: Config, namespace: default",
  "image: ghcr.io/siderolabs/kubelet:v1.36.2",
  "disk_image_url: https://factory.talos.dev/image/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba/v1.13.9/x",
  "hostname: ampere-lab-pve-1; systemctl restart ssh.service",
  key.public,
  base64(certificate),
];

it.each(LINES)("%s", (line) => {
  expect(masker.masked(line)).toBe(line);
});

it("no document of this repository", () => {
  for (const folder of [ROOT, join(ROOT, "docs")])
    for (const name of readdirSync(folder).filter((each) => each.endsWith(".md"))) {
      const text = readFileSync(join(folder, name), "utf8");
      expect(masker.masked(text)).toBe(text);
    }
});

it("but each secret among it is", () => {
  for (const secret of ["7xq2ab.k3l9vq0wz8m1c5t7", "m3Vq9Zr0tX2uB7yN1cK8wE5sJ6hG4dF0aL2pO9iU1vQ=", base64(key.private)])
    expect(masker.masked(`x ${secret} y`)).toBe("x (sensitive) y");
  const lines = key.private.split("\n").filter((line) => line.length > 30 && !line.startsWith("-----"));
  expect(lines.length).toBeGreaterThan(3);
  for (const line of lines) expect(masker.masked(line)).toBe("(sensitive)");
});
