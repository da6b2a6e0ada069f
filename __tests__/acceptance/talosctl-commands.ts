/** The commands of talosctl 1.14 that people use, and what each must answer with; those of other programs and deprecated ones aside. */

export interface Command {
  /** Also its name. `{dir}` is a folder of its own, `{port}` the lab's first port, `{talos}` that of Talos. */
  readonly args: string;
  readonly says: RegExp;
  /** Commands that have to be run before, in the same world. */
  readonly before?: readonly string[];
  /** Commands that show what it did, and what they must say. */
  readonly after?: readonly (readonly [args: string, says: RegExp])[];
  /** Its right answer is an error. */
  readonly refused?: true;
  /** It goes on for ever, and is ended. */
  readonly follows?: true;
  readonly changes?: true;
}

/** `talosctl get`, by its word. */
const RESOURCES: Readonly<Record<string, RegExp>> = {
  addresses: /eth0\/10\.20\.0\.11\/24 /,
  affiliates: / cp-2 +controlplane/,
  apiserverconfig: /kube-apiserver/,
  blockdevices: /sda6 .*EPHEMERAL/,
  bootid: /[0-9a-f]{8}-[0-9a-f]{4}-/,
  bootstrapmanifestsconfig: /manifests/,
  certsans: /CertSAN +api/,
  cmdline: /talos\.platform=nocloud/,
  configstatus: /static-pods .*true/,
  controllermanagerconfig: /kube-controller-manager/,
  processors: /CPU-0 .*virt/,
  cpustat: /latest/,
  devicesstatus: /devices .*true/,
  diagnostics: /NODE +NAMESPACE/,
  discoveredvolumes: /sda6 .*EPHEMERAL/,
  discoveryconfig: /cluster/,
  disks: /sda .*QEMU HARDDISK/,
  "endpoints.kubernetes.talos.dev": /10\.20\.0\.12/,
  etcdconfig: /registry\.k8s\.io\/etcd/,
  etcdmembers: /local +1 +[0-9a-f]{16}/,
  etcdrootsecret: /etcd/,
  etcdspec: /cp-1/,
  extensions: /NODE +NAMESPACE/,
  hardwareaddresses: /first/,
  hostname: /hostname .*cp-1/,
  identity: /local/,
  info: /acceptance/,
  kubeletconfig: /kubelet/,
  "kubeletspec -o yaml": /--hostname-override=cp-1/,
  kubernetesrootsecret: /k8s/,
  kubespanidentities: /NODE +NAMESPACE/,
  kubespanpeerstatuses: /NODE +NAMESPACE/,
  links: /eth0 .*ether .*up/,
  machineconfig: /v1alpha1/,
  "mc v1alpha1 -o yaml": /type: controlplane/,
  machinestatus: /running +true/,
  "machinestatus -n 10.20.0.22": /10\.20\.0\.22 .*running +true/,
  machinetype: /controlplane/,
  manifeststatus: /manifests/,
  members: /cp-3 .*controlplane .*10\.20\.0\.13/,
  "members -o json": /"hostname": "worker-2"/,
  memorymodules: /4096/,
  memorystat: /latest/,
  metaload: /true/,
  mounts: /EPHEMERAL .*\/var/,
  "mountstatuses.block.talos.dev": /EPHEMERAL .*\/var/,
  namespaces: /Talos runtime resources/,
  netstatus: /true +true +true +true/,
  nodeaddresses: /current-k8s .*10\.20\.0\.11/,
  nodeips: /kubelet/,
  nodelabelspecs: /NODE +NAMESPACE/,
  nodename: /cp-1/,
  nodestatus: /cp-1 .*true +false/,
  nodetaintspecs: /control-plane .*NoSchedule/,
  osrootsecrets: /OSRootSecret +os/,
  pkistatus: /true/,
  platformmetadata: /nocloud/,
  probestatus: /NODE +NAMESPACE/,
  rd: /members\.cluster\.talos\.dev/,
  resolvers: /1\.1\.1\.1/,
  routes: /10\.20\.0\.1 +eth0/,
  schedulerconfig: /kube-scheduler/,
  secretstatus: /static-pods/,
  securitystate: /permissive/,
  services: /etcd .*true +true +false/,
  staticpods: /kube-scheduler/,
  staticpodstatus: /kube-apiserver-cp-1 .*True/,
  systemdisk: /sda/,
  systeminformation: /QEMU/,
  timeservers: /time\.cloudflare\.com/,
  timestatus: /true/,
  versions: /v1\.13\.9/,
  volumestatus: /EPHEMERAL .*ready .*\/dev\/sda6/,
  kernelparamstatus: /kernel/,
  pcidevices: /0000/,
};

/** What shows something else. */
const LOOKS: Readonly<Record<string, RegExp>> = {
  "version --short": /Tag: +v1\.13\.9/,
  "version --client": /Client:/,
  health: /all k8s nodes to report ready: OK/,
  "health --server=false --k8s-endpoint https://127.0.0.1:{port} --wait-timeout 20s": /to report schedulable: OK/,
  services: /etcd +Running +OK/,
  "service etcd": /STATE +Running/,
  dmesg: /\[talos\]/,
  "logs machined": /machine config/,
  "logs etcd --tail 1": /cluster/,
  "logs kubelet": /^\s*$|10\.20/,
  "logs -k kube-system/kube-apiserver-cp-1": /^/,
  containers: /etcd .*RUNNING/,
  "containers -k": /kube-system\/kube-apiserver-cp-1 /,
  "image list": /registry\.k8s\.io\/kube-apiserver/,
  "image list --namespace system": /etcd/,
  "image k8s-bundle": /kube-apiserver/,
  processes: /\/sbin\/init/,
  memory: /10\.20\.0\.11 +4096/,
  "memory -v": /MemTotal: +4194304/,
  stats: /etcd/,
  "stats -k": /kube-scheduler/,
  mounts: /\/dev\/sda6 .*\/var/,
  "usage /etc": /kubernetes/,
  "list /": /etc/,
  "list -l /etc": /os-release/,
  "list -r -t f /etc": /hosts/,
  "read /etc/hosts": /10\.20\.0\.11 +cp-1/,
  "read /etc/os-release": /PRETTY_NAME="Talos \(v1\.13\.9\)"/,
  "read /proc/meminfo": /MemTotal: +4194304 kB/,
  "copy /etc {dir}/etc": /^/,
  netstat: /^/,
  "netstat -l": /:50000 .*LISTEN/,
  time: /time\.cloudflare\.com/,
  "time --check pool.ntp.org": /pool\.ntp\.org/,
  "etcd members": /cp-3 .*https:\/\/10\.20\.0\.13:2380/,
  "etcd status": /3\.6\.9/,
  "etcd alarm list": /^/,
  "etcd alarm disarm": /^/,
  "etcd defrag": /^/,
  "etcd downgrade validate 3.5": /./,
  "kubeconfig {dir}/kubeconfig": /^/,
  "config info": /Current context: +acceptance/,
  "config contexts": /acceptance/,
  "cgroups --preset memory": /NAME/,
  "inspect dependencies": /digraph/,
  "pcap -i eth0 --duration 1s -o {dir}/pcap": /^/,
  "gen secrets -o {dir}/secrets.yaml": /^/,
  "gen ca --organization lab": /^/,
  "support -O {dir}/support.zip": /Support bundle is written/,
};

/** What is refused for real, too. */
const REFUSALS: Readonly<Record<string, RegExp>> = {
  "get nonsense": /nonsense/,
  "read /etc/nothing": /no such file or directory/,
  "service etcd stop": /doesn't support stop operation via API/,
  "service nothing restart": /not defined/,
  "wipe disk sda": /in use by volume/,
  rollback: /previous boot entry/,
  bootstrap: /etcd data directory is not empty/,
  "meta delete 0x0b": /not found/,
  "reset --system-labels-to-wipe NOTHING --wait=false": /failed to get volume status/,
  "reset --user-disks-to-wipe /dev/sdb --wait=false": /wasn't found/,
};

const VERSION = "v1.13.10";
const INSTALLER = `ghcr.io/siderolabs/installer:${VERSION}`;
const RESET = "reset --graceful=false --wait=false";
/** Machines whose API lets anybody in: those that were reset. */
const ANYBODY = "get machinestatus -n 10.20.0.21";

/** What changes something. */
const CHANGES: readonly Omit<Command, "changes">[] = [
  { args: "service kubelet restart", says: /restarted/, after: [["logs kubelet", /restarted/]] },
  { args: "restart -k kube-system/kube-apiserver-cp-1", says: /^/ },
  { args: `image pull ${INSTALLER}`, says: /pulled/, after: [["image list", /installer:v1\.13\.10/]] },
  { args: "image pull 'not an image'", says: /reference/, refused: true },
  {
    args: `image remove ${INSTALLER} --namespace system`,
    before: [`image pull ${INSTALLER} --namespace system`],
    says: /^/,
  },
  { args: "etcd snapshot {dir}/db", says: /etcd snapshot saved/ },
  { args: "etcd forfeit-leadership", says: /^/, after: [["etcd status -n 10.20.0.11,10.20.0.12", /./]] },
  { args: "etcd leave -n 10.20.0.13", says: /^/, after: [["etcd members", /^(?![^]*cp-3)/]] },
  { args: "etcd remove-member 1", says: /member not found/, refused: true },
  { args: "meta write 0x0a hello", says: /^/, after: [["get meta", /0x0a .*hello/]] },
  { args: "meta delete 0x0a", before: ["meta write 0x0a hello"], says: /^/, after: [["get meta", /^(?![^]*hello)/]] },
  {
    args: "config new {dir}/reader --roles os:reader",
    says: /^/,
    after: [["--talosconfig {dir}/reader -e 127.0.0.1:{talos} -n 10.20.0.11 get mc", /PermissionDenied/]],
  },
  {
    args: `patch mc -p '{"machine":{"sysctls":{"net.core.somaxconn":"1024"}}}' --dry-run`,
    says: /\+.*net\.core\.somaxconn/,
  },
  {
    args: `patch mc -p '{"machine":{"sysctls":{"net.core.somaxconn":"1024"}}}'`,
    says: /patched/,
    after: [["get mc v1alpha1 -o yaml", /net\.core\.somaxconn/]],
  },
  { args: "edit mc --dry-run", says: /clusterName: other/ },
  {
    args: `upgrade -i ${INSTALLER} --drain=false`,
    says: /post check passed|completed/,
    after: [
      ["version --short", /Tag: +v1\.13\.10/],
      ["get members", /cp-1 .*v1\.13\.10/],
    ],
  },
  {
    args: "rollback -n 10.20.0.12",
    before: [`upgrade -i ${INSTALLER} --drain=false -n 10.20.0.12`],
    says: /^/,
    after: [["version --short -n 10.20.0.12", /Tag: +v1\.13\.9/]],
  },
  {
    args: "bootstrap --recover-from {dir}/db",
    before: [
      "etcd snapshot {dir}/db",
      // One that still has etcd would let the wiped one join again.
      "shutdown -n 10.20.0.12 --wait=false --force",
      "shutdown -n 10.20.0.13 --wait=false --force",
      `${RESET} --reboot -n 10.20.0.11 --system-labels-to-wipe EPHEMERAL`,
    ],
    says: /recovering|^/,
    after: [
      ["etcd members", /cp-1/],
      ["get nodestatus", /cp-1 .*true/],
    ],
  },
  {
    args: "apply-config -f {dir}/worker.yaml --dry-run -n 10.20.0.21",
    before: ["gen config acceptance https://10.20.0.5:6443 -o {dir} --force"],
    says: /Config diff/,
  },
  { args: "gen config acceptance https://10.20.0.5:6443 -o {dir}", says: /generating/i },
  {
    args: "validate -m cloud -c {dir}/controlplane.yaml",
    before: ["gen config acceptance https://10.20.0.5:6443 -o {dir}"],
    says: /is valid for cloud mode/,
  },
  { args: "reboot", says: /post check passed/ },
  { args: "reboot --mode powercycle", says: /post check passed/ },
  {
    args: "shutdown -n 10.20.0.22 --wait=false",
    says: /^/,
    after: [["get machinestatus -n 10.20.0.22", /no route to host/]],
  },
  {
    args: `${RESET} --reboot -n 10.20.0.21 --system-labels-to-wipe EPHEMERAL`,
    says: /^/,
    after: [
      [ANYBODY, /running/],
      ["get members", /worker-1/],
    ],
  },
  {
    args: `${RESET} --reboot -n 10.20.0.21 --system-labels-to-wipe STATE --system-labels-to-wipe EPHEMERAL`,
    says: /^/,
    after: [["get members", /^(?![^]*worker-1)/]],
  },
  { args: `${RESET} --reboot -n 10.20.0.21 --wipe-mode user-disks`, says: /^/, after: [[ANYBODY, /running/]] },
  {
    args: `${RESET} --reboot -n 10.20.0.21 --wipe-mode system-disk`,
    says: /^/,
    after: [[ANYBODY, /no route to host/]],
  },
  { args: `${RESET} -n 10.20.0.21`, says: /^/, after: [[ANYBODY, /no route to host/]] },
];

/** What goes on until it is ended. */
const FOLLOWS: readonly Command[] = [
  { args: "events --tail -1", before: ["service kubelet restart"], says: /kubelet/, follows: true, changes: true },
  { args: "dmesg -f", says: /\[talos\]/, follows: true },
  { args: "logs machined -f", says: /machine config/, follows: true },
  { args: "get members -w", says: /\+ .*cp-3/, follows: true },
];

const asCommands = (table: Readonly<Record<string, RegExp>>, more: Partial<Command> = {}): readonly Command[] =>
  Object.entries(table).map(([args, says]) => ({ args, says, ...more }));

/** All of them. */
export const COMMANDS: readonly Command[] = [
  ...asCommands(Object.fromEntries(Object.entries(RESOURCES).map(([word, says]) => [`get ${word}`, says]))),
  ...asCommands(LOOKS),
  ...asCommands(REFUSALS, { refused: true }),
  ...FOLLOWS,
  ...CHANGES.map((each): Command => ({ ...each, changes: true })),
];
