/** The files of a machine that people read: those of /etc, of /proc and its configuration (siderolabs/talos v1.13.9). */
import { talosOf } from "../machines.ts";
import { clusterAround, hostnameOf, type ListeningMachine, type Placed } from "../placed.ts";
import { cmdlineOf } from "../resources/runtime.ts";
import { MOUNTS } from "../resources/block.ts";
import { bootIdOf, sinceOf } from "../services.ts";

/** What is at a path. */
export interface File {
  readonly path: string;
  /** Null for a directory. */
  readonly text: string | null;
}

/** Directories of which more is there than is played. */
export const UNPLAYED = ["/dev", "/proc", "/run", "/sys", "/usr"];

/** Directories that are there, whatever is in them. */
const DIRECTORIES = [
  "/bin",
  "/boot",
  "/dev",
  "/lib",
  "/opt",
  "/proc",
  "/run",
  "/sbin",
  "/sys",
  "/system",
  "/tmp",
  "/usr",
  "/var",
];

function osRelease(machine: ListeningMachine): string {
  const version = `v${talosOf(machine)}`;
  return [
    'NAME="Talos"',
    "ID=talos",
    `VERSION_ID=${version}`,
    `PRETTY_NAME="Talos (${version})"`,
    'HOME_URL="https://www.talos.dev/"',
    'BUG_REPORT_URL="https://github.com/siderolabs/talos/issues"',
    'VENDOR_NAME="Sidero Labs"',
    'VENDOR_URL="https://www.siderolabs.com/"',
    "",
  ].join("\n");
}

function hosts({ machine }: Placed): string {
  const name = hostnameOf(machine);
  const rows = [
    ["127.0.0.1", "localhost"],
    [machine.guest.address, name],
    ["::1", "localhost ip6-localhost ip6-loopback"],
    ["ff02::1", "ip6-allnodes"],
    ["ff02::2", "ip6-allrouters"],
  ];
  return rows.map(([address = "", names]) => `${address.padEnd(15)} ${names}\n`).join("");
}

function memory({ guest }: ListeningMachine): string {
  const total = guest.memoryMb * 1024;
  const rows = {
    MemTotal: total,
    MemFree: Math.floor(total / 2),
    MemAvailable: Math.floor(total / 2),
    Buffers: 0,
    Cached: 0,
  };
  return Object.entries(rows)
    .map(([name, kib]) => `${`${name}:`.padEnd(16)}${String(kib).padStart(8)} kB\n`)
    .join("");
}

function cpus({ guest }: ListeningMachine): string {
  const one = (processor: number): string =>
    `processor\t: ${processor}\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU part\t: 0xd0c\n\n`;
  return Array.from({ length: guest.vcpus }, (_, index) => one(index)).join("");
}

/** Kubernetes' own, on a configured machine. */
function kubernetes(placed: Placed): Readonly<Record<string, string>> {
  const { machine } = placed;
  if (machine.stage === "maintenance") return {};
  const { facts, entry } = machine;
  const isRunning = clusterAround(placed, machine).running;
  return {
    "/etc/kubernetes/kubelet.yaml": `apiVersion: kubelet.config.k8s.io/v1beta1\nclusterDomain: ${facts.cluster.dnsDomain}\nkind: KubeletConfiguration\n`,
    "/system/state/config.yaml": entry.configuration ?? "",
    ...(entry.etcdSince !== null && isRunning && { "/var/lib/etcd/member/snap/db": "\0".repeat(4096) }),
    "/var/log/audit/kube/kube-apiserver.log": "",
  };
}

/** Every file, by its path. */
export function filesOf(placed: Placed): Readonly<Record<string, string>> {
  const { machine, world } = placed;
  const up = Math.max(0, Math.floor((Date.parse(world.now()) - Date.parse(sinceOf(placed))) / 1000));
  const resolvers = machine.stage === "configured" ? machine.facts.resolvers : [];
  return {
    "/etc/hostname": `${hostnameOf(machine)}\n`,
    "/etc/hosts": hosts(placed),
    "/etc/machine-id": bootIdOf(machine).replaceAll("-", "").slice(0, 32) + "\n",
    "/etc/os-release": osRelease(machine),
    "/etc/resolv.conf": `${resolvers.map((each) => `nameserver ${each}`).join("\n")}\n\n`,
    "/proc/cmdline": `${cmdlineOf(machine)}\n`,
    "/proc/cpuinfo": cpus(machine),
    "/proc/loadavg": "0.10 0.10 0.10 1/200 1\n",
    "/proc/meminfo": memory(machine),
    "/proc/mounts": MOUNTS.map(({ source, target, filesystem }) => `${source} ${target} ${filesystem} rw 0 0\n`).join(
      "",
    ),
    "/proc/sys/kernel/hostname": `${hostnameOf(machine)}\n`,
    "/proc/sys/kernel/random/boot_id": `${bootIdOf(machine)}\n`,
    "/proc/uptime": `${up}.00 ${up}.00\n`,
    "/proc/version": "Linux version 6.18.0-talos (talos) #1 SMP\n",
    ...kubernetes(placed),
  };
}

/** What is below a path, and at it; parents come before what they hold. Empty: there is nothing. */
export function below(placed: Placed, root: string): readonly File[] {
  const files = filesOf(placed);
  const parents = Object.keys(files).flatMap((path) => {
    const parts = path.split("/").slice(1, -1);
    return parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`);
  });
  const all = new Map<string, string | null>(["/", ...DIRECTORIES, ...parents].map((path) => [path, null] as const));
  for (const [path, text] of Object.entries(files)) all.set(path, text);
  const prefix = root === "/" ? "/" : `${root}/`;
  return [...all]
    .map(([path, text]) => ({ path, text }))
    .filter(({ path }) => path === root || path.startsWith(prefix))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}
