/** The integration tests of luthermonson/go-proxmox, but for those that its tags add: they download from the internet. */
import { Deadline } from "../../constructs/proxmox/steps/deadline.mjs";
import { apiOf, HOST, named, openPve } from "./pve-place.ts";
import type { Suite } from "./suite.ts";

const MACHINE = 100;

export const goProxmox: Suite = {
  tags: "",
  packages: ["tests/integration"],
  has: (file) => !["containers_test.go", "storage_test.go", "tasks_test.go", "virtual_machines_test.go"].includes(file),
  open: () =>
    openPve([HOST], async (made) => {
      const pve = apiOf(named(made, HOST), new Deadline(30));
      const machine = { vmid: MACHINE, name: "console", scsi0: "local-lvm:1", net0: "virtio,bridge=vmbr0" };
      await pve.task(String(await pve.post(`nodes/${HOST.name}/qemu`, machine)));
      await pve.task(String(await pve.post(`nodes/${HOST.name}/qemu/${MACHINE}/status/start`, {})));
      return (hosts) => {
        const { api, rootPassword } = named(hosts, HOST);
        return {
          PROXMOX_URL: `${api}/api2/json`,
          PROXMOX_USERNAME: "root@pam",
          PROXMOX_PASSWORD: rootPassword,
          PROXMOX_NODE_NAME: HOST.name,
          PROXMOX_NODE_STORAGE: "local",
          PROXMOX_VNC_VMID: String(MACHINE),
        };
      };
    }),
};
