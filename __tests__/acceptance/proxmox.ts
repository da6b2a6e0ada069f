/** The acceptance tests of bpg/proxmox, against a host of their own: x86-64 with KVM, as its authors' machines are. */
import { Deadline } from "../../constructs/proxmox/steps/deadline.mjs";
import { which } from "../../cli/engine/terraform/tools.ts";
import type { OwnHostAccess } from "../../sandbox/client.ts";
import { apiOf, formCluster, HOST, named, openPve, SECOND } from "./pve-place.ts";
import type { Suite } from "./suite.ts";

const TOKEN = "acceptance";

/** What the authors' hosts have beside an installer's work: files of every kind in `local`. */
const LOCAL_CONTENT = "backup,images,import,iso,rootdir,snippets,vztmpl";

/** A host as the tests want it. @returns a token of root's */
async function prepare(host: OwnHostAccess): Promise<string> {
  const pve = apiOf(host, new Deadline(30));
  await pve.put("storage/local", { content: LOCAL_CONTENT });
  const made = await pve.post(`access/users/root@pam/token/${TOKEN}`, { privsep: 0 });
  return `root@pam!${TOKEN}=${String(Object(made).value)}`;
}

/** A world with two hosts in a cluster. */
async function twoHosts(terraform: string, made: readonly OwnHostAccess[]) {
  await formCluster(made);
  const token = await prepare(named(made, HOST));
  return (hosts: readonly OwnHostAccess[]) => envOf(terraform, named(hosts, HOST), token);
}

function envOf(terraform: string, host: OwnHostAccess, token: string) {
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
}

function open() {
  const terraform = which("terraform", process.env["PATH"] ?? "");
  if (terraform === undefined) throw new Error("no terraform on PATH: the suite runs its own tests with it");
  return openPve([HOST, SECOND], (made) => twoHosts(terraform, made));
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
