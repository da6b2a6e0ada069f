/** The commands that the sandbox's machines know: those that the lab's steps and bpg/proxmox run over SSH. */
import { type Pve, pveOn, ROOT, votesOf } from "../proxmox/model/context.ts";
import { PveError } from "../proxmox/model/errors.ts";
import { proxmoxOf } from "../proxmox/model/hosts.ts";
import { removeQdevice, setUpQdevice } from "./pvecm.ts";
import { hasQnetd } from "../proxmox/model/qdevice.ts";
import type { Instance } from "../oci/resources/instance.ts";
import type { Corosync } from "../world/proxmox.ts";
import type { World } from "../world/world.ts";
import { rootRsaKey, shellFiles } from "./files.ts";
import { hostPrograms } from "./qm.ts";
import { runScript } from "./script.ts";

/** How a command ended. */
export interface Outcome {
  readonly code: number;
  readonly text: string;
}

const NOT_FOUND = 127;
const OK: Outcome = { code: 0, text: "" };

type Command = readonly [RegExp, (match: RegExpExecArray, at: Machine) => Outcome];

interface Machine {
  readonly world: World;
  readonly instance: Instance;
  /** Null on a machine that is no Proxmox VE host. */
  readonly pve: Pve | null;
}

const ENSURE_LINE = /^grep -qxsF '([^']+)' (\S+) \|\| echo '\1' >> \2$/;

function ensureLine([, line = "", file = ""]: readonly string[], { world, instance }: Machine): Outcome {
  const files = shellFiles(world, instance.bootVolumeId);
  const lines = { "/root/.ssh/known_hosts": files.knownHosts, "/root/.ssh/authorized_keys": files.authorizedKeys }[
    file
  ];
  if (lines === undefined) return { code: 1, text: `bash: ${file}: the sandbox has no such file` };
  if (!lines.includes(line)) lines.push(line);
  world.changed();
  return OK;
}

function corosyncConf({ name, version, nodes, qdevice }: Corosync): string {
  const node = (each: Corosync["nodes"][number]): string =>
    `  node {\n    name: ${each.name}\n    nodeid: ${each.nodeId}\n    quorum_votes: ${each.votes}\n    ring0_addr: ${each.link0}\n  }\n`;
  const device =
    qdevice === undefined
      ? ""
      : `  device {\n    model: net\n    net {\n      algorithm: ffsplit\n      host: ${qdevice.host}\n      tls: on\n    }\n    votes: 1\n  }\n`;
  return [
    `nodelist {\n${nodes.map(node).join("")}}\n`,
    `quorum {\n${device}  provider: corosync_votequorum\n}\n`,
    `totem {\n  cluster_name: ${name}\n  config_version: ${version}\n}\n`,
  ].join("");
}

function quorum({ world, datacenter }: Pve): Outcome {
  const { expected, present } = votesOf(world, datacenter);
  const needed = Math.floor(expected / 2) + 1;
  const quorate = present >= needed;
  const text = [
    `Quorate:          ${quorate ? "Yes" : "No"}`,
    `Expected votes:   ${expected}`,
    `Highest expected: ${expected}`,
    `Total votes:      ${present}`,
    `Quorum:           ${needed}${quorate ? "" : " Activity blocked"}`,
  ];
  return { code: quorate ? 0 : 2, text: `${text.join("\n")}\n` };
}

/** pvecm's refusals are its last line. */
function told(work: () => void): Outcome {
  try {
    work();
    return OK;
  } catch (error) {
    if (!(error instanceof PveError)) throw error;
    return { code: 255, text: `${error.message}\n` };
  }
}

/** A command that only Proxmox VE's hosts have. */
function onHost(run: (match: RegExpExecArray, pve: Pve) => Outcome) {
  return (match: RegExpExecArray, { pve }: Machine): Outcome =>
    pve === null ? { code: NOT_FOUND, text: `bash: ${match[0]}: command not found\n` } : run(match, pve);
}

const COMMANDS: readonly Command[] = [
  [ENSURE_LINE, ensureLine],
  [/^cat \/root\/\.ssh\/id_rsa\.pub$/, onHost((_match, { host }) => ({ code: 0, text: `${rootRsaKey(host)}\n` }))],
  [
    /^cat \/etc\/pve\/corosync\.conf$/,
    onHost((_match, { datacenter: { corosync } }) =>
      corosync
        ? { code: 0, text: corosyncConf(corosync) }
        : { code: 1, text: "cat: /etc/pve/corosync.conf: No such file or directory\n" },
    ),
  ],
  [/^corosync-quorumtool -s$/, onHost((_match, pve) => quorum(pve))],
  [/^pvecm qdevice setup (\S+)$/, onHost(([, address = ""], pve) => told(() => setUpQdevice(pve, address)))],
  [/^pvecm qdevice remove$/, onHost((_match, pve) => told(() => removeQdevice(pve)))],
  [
    /^rm -rf \/etc\/corosync\/qdevice\/net\/nssdb$/,
    (_match, { world, instance }) => {
      shellFiles(world, instance.bootVolumeId).qdeviceStore = false;
      world.changed();
      return OK;
    },
  ],
  [
    /^systemctl is-active corosync-qnetd$/,
    (_match, { instance }) => (hasQnetd(instance) ? { code: 0, text: "active\n" } : { code: 3, text: "inactive\n" }),
  ],
  [
    /^test -f \/etc\/corosync\/qnetd\/nssdb\/cluster-(\S+)\.crt$/,
    ([, cluster = ""], { world, instance }) => {
      const known = Object.values(proxmoxOf(world).datacenters).some(
        ({ corosync }) => corosync?.name === cluster && corosync.qdevice?.signer === instance.bootVolumeId,
      );
      return { code: known ? 0 : 1, text: "" };
    },
  ],
];

/** `… || exit 1`: whatever goes wrong ends with 1. */
const OR_ONE = " || exit 1";

/** Programs that a line may begin with. */
const PROGRAM = /^(\/usr\/sbin\/)?(qm|pvesm) /;
const SCRIPT = /^\/bin\/bash -c '(.*)'$/s;
/** How bpg/proxmox finds out whether it has to put sudo before its commands: root has not. */
const WHO_AM_I = 'if [ "$(id -u)" = "0" ]; then echo "0";';

/** Whether a command line takes what stands at its standard input: those that write a file. */
export const readsInput = (line: string): boolean => SCRIPT.test(line) && /\btee \S+'$/.test(line);

/** Runs a script, or a program of Proxmox VE, as root of one of its hosts. */
export function runOnHost(pve: Pve, line: string, input: Buffer): Outcome {
  const script = (SCRIPT.exec(line)?.[1] ?? line).replaceAll(`'"'"'`, "'");
  if (script.startsWith(WHO_AM_I)) return { code: 0, text: "0\n" };
  const { code, out } = runScript(script, hostPrograms(pve), input.toString("latin1"));
  return { code, text: out };
}

/** Runs one command line as root of a machine. */
export function runCommand(world: World, instance: Instance, line: string, input: Buffer = Buffer.alloc(0)): Outcome {
  if (line.endsWith(OR_ONE)) {
    const { code, text } = runCommand(world, instance, line.slice(0, -OR_ONE.length));
    return { code: Math.min(code, 1), text };
  }
  const host = proxmoxOf(world).hosts[instance.id];
  const machine = { world, instance, pve: host ? pveOn(world, host, ROOT) : null };
  for (const [fits, run] of COMMANDS) {
    const match = fits.exec(line);
    if (match) return run(match, machine);
  }
  if (machine.pve && (SCRIPT.test(line) || PROGRAM.test(line))) return runOnHost(machine.pve, line, input);
  return { code: NOT_FOUND, text: `bash: ${line.split(" ")[0] ?? ""}: the sandbox's shell does not have it\n` };
}
