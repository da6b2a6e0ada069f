/** Talos in virtual machines of a Proxmox VE host at home: one control plane that runs pods, and one worker. */
import { defineLab } from "../../config/index.ts";

export default defineLab({
  preset: "homelab",
  name: "home",
  proxmox: {
    // The fingerprint is on the host's page Certificates, or what `pvenode cert info` says there.
    api: { address: "192.168.1.10", fingerprint: Array.from({ length: 32 }, () => "AB").join(":") },
    nodes: [{ name: "pve", architecture: "x86_64" }],
    vmIds: { from: 8000, to: 8099 },
    network: {
      cidr: "192.168.1.0/24",
      gateway: "192.168.1.1",
      addresses: { from: "192.168.1.200", to: "192.168.1.229" },
      vip: "192.168.1.199",
    },
  },
});
