/** The tests of Telmate/proxmox-api-go that need a host, its library's and its command line's, against one like its authors'. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Deadline } from "../../constructs/proxmox/steps/deadline.mjs";
import { apiOf, formCluster, HOST, named, openPve, SECOND } from "./pve-place.ts";
import type { Overlay, Suite } from "./suite.ts";

const TEMPLATE = 9000;
/** As the authors' script downloads it to their host. */
const CONTAINER_TEMPLATE = "alpine-3.21-default_20241217_amd64.tar.xz";
const NAMES = 'var ApiURL, Password = os.Getenv("PM_API_URL"), os.Getenv("PM_PASS")';
const QEMU = "test/api/qemu";

/** What a file says, and what it has to say here. */
type Changes = readonly (readonly [RegExp, string])[];

/** A thin pool gives the variables of a firmware an extent of 4 MiB, the ZFS of the authors one of 1 MiB. */
const EXTENT: Changes = [
  [/EfiDiskSize\(1024\)/g, "EfiDiskSize(4096)"],
  [/(\bSize: +)1024,/g, "$14096,"],
];

const ADAPTED: Readonly<Record<string, Changes>> = {
  // Where the host is, and root's password, are constants: here they come from the environment.
  "test/constants.go": [
    [/^\s*(?:ApiURL|Password)\s*=.*\n/gm, ""],
    [/local-zfs/, "local-lvm"],
    [/^package test\n/, `package test\n\nimport "os"\n\n${NAMES}\n`],
  ],
  "test/api/lxc/config.go": [[/local-zfs/, "local-lvm"]],
  // Commands of the client read a document since: those tests that give none give an empty one.
  "test/cli/shared_tests.go": [
    [/^\tswitch InputJson := /m, '\tcli.RootCmd.SetIn(strings.NewReader("{}"))\n\tswitch InputJson := '],
  ],
  [`${QEMU}/config.go`]: EXTENT,
  [`${QEMU}/create_qemu_test.go`]: EXTENT,
  [`${QEMU}/update_qemu_test.go`]: EXTENT,
  // The client takes memory and processors in parts since, and id and node in the document: it forgets those of its own
  // arguments. Without its machine none of the snapshots would be tested.
  "test/cli/Snapshot/Snapshot_0_test.go": [
    [/"memory": 128/, '"id": 300, "node": "pve", "memory": {"capacity": 128}'],
    [/"cores": 1,\s+"sockets": 1/, '"cpu": {"cores": 1, "sockets": 1}'],
  ],
};

function adapted(source: string): Overlay {
  const files = Object.entries(ADAPTED).map(([file, changes]) => {
    const text = readFileSync(join(source, file), "utf8");
    return [file, changes.reduce((now, [from, to]) => now.replace(from, to), text)];
  });
  return Object.fromEntries(files);
}

/** Seen in the client's own code, and in Proxmox VE's. */
const AS_THERE: Readonly<Record<string, RegExp>> = {
  "the client says nothing of what is not there to delete": /^Test_(Group|User|Pool|GuestQemu|Snapshot)_.*Cleanup$/,
  "the client never leaves a comment out": /^Test_(Group_[2-5]_Get_Members|User_[01]_Get_Empty)/,
  "the client's command takes other arguments":
    /^Test_(Group_[01]_Create_User|Pool_[01]_(Create|Update)_|GuestQemu_100_)/,
  "what the client's command did not make is not there":
    /^Test_(Group_0_(Set_(Full_C|MembersNotD)|Get_Full_)|Group_1_(Set_Full_Update|Get_Full$)|Pool_0_List|Pool_[01]_Get_)/,
  "keys of a user may have no blank": /^Test_User_[01]_(Set_Full|Login|Change|Get_Full)/,
  "the authors' host has no bridge yet, and an image in /tmp": /^Test_Cloud_Init_VM$/,
  "Proxmox VE 9 has no GlusterFS": /^Test_Storage_GlusterFS_/,
};

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
  overlay: adapted,
  asThere: AS_THERE,
  open: () =>
    openPve([HOST, SECOND], async (made) => {
      await formCluster(made);
      const pve = apiOf(named(made, HOST), new Deadline(30));
      await pve.put("storage/local", { content: "backup,import,iso,rootdir,snippets,vztmpl" });
      const template = { vmid: TEMPLATE, name: "template", scsi0: "local-lvm:1", net0: "virtio,bridge=vmbr0" };
      await pve.task(String(await pve.post(`nodes/${HOST.name}/qemu`, template)));
      await pve.task(String(await pve.post(`nodes/${HOST.name}/qemu/${TEMPLATE}/template`, {})));
      await pve.task(
        String(await pve.post(`nodes/${HOST.name}/aplinfo`, { storage: "local", template: CONTAINER_TEMPLATE })),
      );
      return (hosts) => {
        // Storages of the tests are for node pve and name servers that nobody has: a host that is asked to make one of its
        // own looks for its server, another one does not.
        const { api, rootPassword } = named(hosts, SECOND);
        return { PM_API_URL: `${api}/api2/json`, PM_USER: "root@pam", PM_PASS: rootPassword };
      };
    }),
};
