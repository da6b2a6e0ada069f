/** The acceptance tests of bpg/proxmox, against a host of their own: x86-64 with KVM, as its authors' machines are. */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Deadline } from "../../constructs/proxmox/steps/deadline.mjs";
import { PveApi } from "../../constructs/proxmox/steps/pve-client.mjs";
import { which } from "../../cli/engine/terraform/tools.ts";
import { openSandbox, type OwnHostAccess } from "../../sandbox/client.ts";
import type { Place, Suite } from "./suite.ts";

const SECOND = { name: "pve2", cpus: 8, memoryGb: 32, diskGb: 500 };
const HOST = { name: "pve", cpus: 16, memoryGb: 64, diskGb: 1000 };
const TOKEN = "acceptance";

const apiOf = ({ name, api, address, rootPassword }: OwnHostAccess, deadline: Deadline): PveApi =>
  new PveApi({ name, api, address }, rootPassword, deadline);

/** What the authors' hosts have beside an installer's work: files of every kind in `local`. */
const LOCAL_CONTENT = "backup,images,import,iso,rootdir,snippets,vztmpl";

/** A host as the tests want it. @returns a token of root's */
async function prepare(host: OwnHostAccess): Promise<string> {
  const pve = apiOf(host, new Deadline(30));
  await pve.put("storage/local", { content: LOCAL_CONTENT });
  const made = await pve.post(`access/users/root@pam/token/${TOKEN}`, { privsep: 0 });
  return `root@pam!${TOKEN}=${String(Object(made).value)}`;
}

/** Makes a cluster of two hosts, and waits for its quorum. */
async function formCluster(first: OwnHostAccess, second: OwnHostAccess): Promise<void> {
  const deadline = new Deadline(60);
  const leader = apiOf(first, deadline);
  await leader.task(String(await leader.post("cluster/config", { clustername: "acceptance" })));
  const { nodelist } = Object(await leader.get("cluster/config/join"));
  const fingerprint = String(Object(Object(nodelist)[0]).pve_fp);
  const form = { hostname: first.address, fingerprint, password: first.rootPassword };
  await apiOf(second, deadline).post("cluster/config/join", form);
  await deadline.until("the second host to be a member", async () => {
    const found: unknown = await leader.get("cluster/status");
    const all = Array.isArray(found) ? found.map((each) => Object(each)) : [];
    return all.filter((each) => each.online === 1).length === 2 && all.some((each) => each.quorate === 1)
      ? true
      : undefined;
  });
}

/** A world with two hosts in a cluster, which each function gets as it was first. */
async function open(): Promise<Place> {
  const terraform = which("terraform", process.env["PATH"] ?? "");
  if (terraform === undefined) throw new Error("no terraform on PATH: the suite runs its own tests with it");
  const labHome = mkdtempSync(join(tmpdir(), "ampere-lab-acceptance-"));
  const [used, saved] = [join(labHome, ".sandbox"), join(labHome, "saved")];
  const sandbox = await openSandbox({ labHome });
  const [first, second] = [await sandbox.addHost(HOST), await sandbox.addHost(SECOND)];
  await formCluster(first, second);
  const token = await prepare(first);
  const stop = async (): Promise<void> => (await openSandbox({ labHome })).stop();
  await stop();
  cpSync(used, saved, { recursive: true });
  return {
    async fresh() {
      await stop();
      rmSync(used, { recursive: true });
      cpSync(saved, used, { recursive: true });
      const [host] = await (await openSandbox({ labHome })).hosts();
      if (host === undefined) throw new Error("the sandbox has lost its host");
      return {
        TF_ACC: "1",
        TF_ACC_TERRAFORM_PATH: terraform,
        CHECKPOINT_DISABLE: "1",
        PROXMOX_VE_ENDPOINT: host.api,
        PROXMOX_VE_INSECURE: "true",
        PROXMOX_VE_USERNAME: "root@pam",
        PROXMOX_VE_PASSWORD: host.rootPassword,
        PROXMOX_VE_API_TOKEN: token,
        PROXMOX_VE_SSH_USERNAME: "root",
        PROXMOX_VE_SSH_PASSWORD: host.rootPassword,
        PROXMOX_VE_ACC_NODE_NAME: host.name,
        PROXMOX_VE_ACC_NODE_2_NAME: SECOND.name,
        PROXMOX_VE_ACC_IFACE_NAME: "enp2s0",
        PROXMOX_VE_ACC_BOND_SLAVE1: "enp2s0",
        PROXMOX_VE_ACC_BOND_SLAVE2: "enp3s0",
        PROXMOX_VE_ACC_NODE_SSH_ADDRESS: "127.0.0.1",
        PROXMOX_VE_ACC_NODE_SSH_PORT: String(host.sshPort),
      };
    },
    async close() {
      await stop();
      rmSync(labHome, { recursive: true, force: true });
    },
  };
}

export const proxmox: Suite = {
  tags: "acceptance",
  packages: [
    "fwprovider",
    "fwprovider/access",
    "fwprovider/cluster/acme",
    "fwprovider/cluster/backup",
    "fwprovider/cluster/ceph/status",
    "fwprovider/cluster/ha",
    "fwprovider/cluster/hardwaremapping",
    "fwprovider/cluster/metrics",
    "fwprovider/cluster/options",
    "fwprovider/cluster/replication",
    "fwprovider/cluster/sdn/applier",
    "fwprovider/cluster/sdn/subnet",
    "fwprovider/cluster/sdn/vnet",
    "fwprovider/cluster/sdn/zone",
    "fwprovider/nodes",
    "fwprovider/nodes/apt",
    "fwprovider/nodes/ceph/pool",
    "fwprovider/nodes/clonedvm",
    "fwprovider/nodes/config",
    "fwprovider/nodes/datastores",
    "fwprovider/nodes/disks/zfs",
    "fwprovider/nodes/firewall",
    "fwprovider/nodes/hardware",
    "fwprovider/nodes/network",
    "fwprovider/nodes/vm",
    "fwprovider/nodes/vm/cdrom",
    "fwprovider/nodes/vm/cpu",
    "fwprovider/nodes/vm/rng",
    "fwprovider/nodes/vm/vga",
    "fwprovider/pools",
    "fwprovider/storage",
    "fwprovider/test",
    "proxmox/cluster/ha/resources",
  ],
  open,
};
