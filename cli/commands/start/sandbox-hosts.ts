/** `lab sandbox host`: Proxmox VE hosts of the sandbox that are in no cloud, for labs other than this one. */
import type { AdminStanding, OwnHostAccess } from "../../../sandbox/client.ts";
import type { CommonOptions } from "../../engine/synth/command-context.ts";
import { type CommandDefinition, json } from "../../ui/command.ts";
import { printDocument, printDocumentInClear } from "../../ui/document.ts";
import { CliError } from "../../ui/errors.ts";
import { printInClear } from "../../ui/mask-output.ts";
import { wholeNumber } from "../../ui/options.ts";
import { answered, openedSandbox } from "./sandbox-start.ts";

interface AddHostOptions extends CommonOptions {
  /** @default 8 */
  readonly cpus?: number;
  /** GB @default 32 */
  readonly memory?: number;
  /** GB @default 500 */
  readonly disk?: number;
}

function describe({ name, api, sshPort, address, rootPassword, cpus, memoryGb }: OwnHostAccess): string {
  return `${name}  ${api}  ssh -p ${sshPort} root@127.0.0.1  ${address} at home, ${cpus} cores, ${memoryGb} GB, root@pam's password ${rootPassword}`;
}

async function addHost(options: AddHostOptions, [name = ""]: readonly string[]): Promise<number> {
  const { cpus = 8, memory: memoryGb = 32, disk: diskGb = 500 } = options;
  const host = await answered((await openedSandbox(options)).addHost({ name, cpus, memoryGb, diskGb }));
  if (options.json) printDocumentInClear(host);
  else printInClear(`${describe(host)}\n`);
  return 0;
}

async function listHosts(options: CommonOptions): Promise<number> {
  const hosts = await answered((await openedSandbox(options)).hosts());
  if (options.json) printDocumentInClear(hosts);
  else printInClear(hosts.map((host) => `${describe(host)}\n`).join(""));
  return 0;
}

async function removeHost(options: CommonOptions, [name = ""]: readonly string[]): Promise<number> {
  await answered((await openedSandbox(options)).removeHost(name));
  if (options.json) printDocument({ removed: name });
  else console.error(`took ${name} away, with all that was on it`);
  return 0;
}

/** Back to where the config has admins come from. */
const CONFIGURED = "config";

async function asked(text: string): Promise<string | null> {
  const { parseAddress } = await import("../../../config/cidr.ts");
  if (text === CONFIGURED) return null;
  if (parseAddress(text) !== null) return text;
  throw new CliError(`got ${text}, allowed an IPv4 address such as 198.51.100.9, or ${CONFIGURED}`);
}

function standingLines({ address, lockedOutOf }: AdminStanding): readonly string[] {
  if (address === null) return ["nobody has said where you come from: the next run takes it from access.adminCidrs"];
  const refusals = lockedOutOf.map(({ name, by }) => `${name} does not let you in: ${by}`);
  return [`you come from ${address}`, ...refusals];
}

/** Says where the admin is, after having put them there where an address is given. */
async function sandboxAdmin(options: CommonOptions, [text]: readonly string[]): Promise<number> {
  const wanted = text === undefined ? undefined : await asked(text);
  const sandbox = await openedSandbox(options);
  if (wanted !== undefined) await answered(sandbox.setAdmin(wanted));
  const standing = await answered(sandbox.admin());
  if (options.json) printDocument(standing);
  else for (const line of standingLines(standing)) console.log(line);
  return 0;
}

const add: CommandDefinition<AddHostOptions> = {
  name: "add",
  description: "Put one up, as Proxmox VE's installer leaves it, and print how it is reached",
  examples: ["npx lab sandbox host add pve", "npx lab sandbox host add pve --cpus 16 --memory 64 --disk 1000"],
  options: (command) =>
    json(command)
      .argument("<name>", "its host name")
      .option("--cpus <number>", "cores (default: 8)", wholeNumber(1))
      .option("--memory <GB>", "memory (default: 32)", wholeNumber(1))
      .option("--disk <GB>", "disk, most of which is for guests (default: 500)", wholeNumber(1)),
  run: addHost,
};

const list: CommandDefinition<CommonOptions> = {
  name: "list",
  description: "Print how each of them is reached",
  options: json,
  run: listHosts,
};

const remove: CommandDefinition<CommonOptions> = {
  name: "remove",
  description: "Take one away, with all that is on it",
  examples: ["npx lab sandbox host remove pve"],
  options: (command) => json(command).argument("<name>", "its host name"),
  run: removeHost,
};

/** `lab sandbox host` */
export const host: CommandDefinition = {
  name: "host",
  description: "Proxmox VE hosts that are in no cloud: x86-64 with KVM, for other labs",
  commands: [add, list, remove],
};

/** `lab sandbox admin` */
export const admin: CommandDefinition<CommonOptions> = {
  name: "admin",
  description: "Say where the sandbox has you come from, and which hosts let you in; or come from elsewhere",
  examples: ["npx lab sandbox admin", "npx lab sandbox admin 198.51.100.9", "npx lab sandbox admin config"],
  options: (command) =>
    json(command).argument("[address]", "IPv4 address to come from; config: the first of access.adminCidrs again"),
  run: sandboxAdmin,
};
