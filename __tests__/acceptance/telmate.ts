/** The tests of Telmate/proxmox-api-go that need a host, its library's and its command line's, against one like its authors'. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Deadline } from "../../constructs/proxmox/steps/deadline.mjs";
import { apiOf, formCluster, HOST, named, openPve, SECOND } from "./pve-place.ts";
import type { Overlay, Suite } from "./suite.ts";

const CONSTANTS = "test/constants.go";
const TEMPLATE = 9000;

/** Where the host is, and root's password, are constants of the tests: here they come from the environment. */
function constantsFromEnvironment(source: string): Overlay {
  const text = readFileSync(join(source, CONSTANTS), "utf8");
  const fixed = text.replaceAll(/^\s*(?:ApiURL|Password)\s*=.*\n/gm, "").replace("local-zfs", "local-lvm");
  const read = `var ApiURL, Password = os.Getenv("PM_API_URL"), os.Getenv("PM_PASS")\n`;
  return { [CONSTANTS]: fixed.replace("package test\n", `package test\n\nimport "os"\n\n${read}`) };
}

export const telmate: Suite = {
  tags: "",
  packages: [
    "test/api/AcmeAccount",
    "test/api/ApiToken",
    "test/api/Authentication",
    "test/api/CloudInit",
    "test/api/Connection",
    "test/api/Group",
    "test/api/Pool",
    "test/api/Snapshot",
    "test/api/User",
    "test/api/lxc",
    "test/api/qemu",
    "test/cli/AcmeAccount",
    "test/cli/AcmePlugin",
    "test/cli/Content/Template",
    "test/cli/Group",
    "test/cli/Guest/Qemu",
    "test/cli/MetricServers",
    "test/cli/Nodes",
    "test/cli/Pools",
    "test/cli/Snapshot",
    "test/cli/Storage",
    "test/cli/Users",
  ],
  together: true,
  has: () => true,
  overlay: constantsFromEnvironment,
  open: () =>
    openPve([HOST, SECOND], async (made) => {
      await formCluster(made);
      const pve = apiOf(named(made, HOST), new Deadline(30));
      await pve.put("storage/local", { content: "backup,import,iso,rootdir,snippets,vztmpl" });
      const template = { vmid: TEMPLATE, name: "template", scsi0: "local-lvm:1", net0: "virtio,bridge=vmbr0" };
      await pve.task(String(await pve.post(`nodes/${HOST.name}/qemu`, template)));
      await pve.task(String(await pve.post(`nodes/${HOST.name}/qemu/${TEMPLATE}/template`, {})));
      return (hosts) => {
        // Storages of the tests are for node pve and name servers that nobody has: a host that is asked to make one of its
        // own looks for its server, another one does not.
        const { api, rootPassword } = named(hosts, SECOND);
        return { PM_API_URL: `${api}/api2/json`, PM_USER: "root@pam", PM_PASS: rootPassword };
      };
    }),
};
