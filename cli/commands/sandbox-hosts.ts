/** `lab sandbox host`: Proxmox VE hosts of the sandbox that are in no cloud, for labs other than this one. */
import { openSandbox, type OwnHostAccess, type Sandbox } from "../../sandbox/client.ts";
import { CliError, messageOf } from "../errors.ts";
import { printInClear } from "../masking/filter.ts";
import { openProject } from "../project.ts";
import { printDocument, printDocumentInClear } from "./document.ts";
import type { CommonOptions } from "./workplace.ts";

export interface AddHostOptions extends CommonOptions {
  /** @default 8 */
  readonly cpus?: number;
  /** GB @default 32 */
  readonly memory?: number;
  /** GB @default 500 */
  readonly disk?: number;
}

async function inSandbox<T>(options: CommonOptions, work: (sandbox: Sandbox) => Promise<T>): Promise<T> {
  const { home } = openProject({ ...options, sandbox: true });
  try {
    return await work(await openSandbox({ labHome: home }));
  } catch (error) {
    throw new CliError(messageOf(error));
  }
}

function describe({ name, api, sshPort, address, rootPassword, cpus, memoryGb }: OwnHostAccess): string {
  return `${name}  ${api}  ssh -p ${sshPort} root@127.0.0.1  ${address} at home, ${cpus} cores, ${memoryGb} GB, root@pam's password ${rootPassword}`;
}

export async function addHost(options: AddHostOptions, [name = ""]: readonly string[]): Promise<number> {
  const { cpus = 8, memory: memoryGb = 32, disk: diskGb = 500 } = options;
  const host = await inSandbox(options, (sandbox) => sandbox.addHost({ name, cpus, memoryGb, diskGb }));
  if (options.json) printDocumentInClear(host);
  else printInClear(`${describe(host)}\n`);
  return 0;
}

export async function listHosts(options: CommonOptions): Promise<number> {
  const hosts = await inSandbox(options, (sandbox) => sandbox.hosts());
  if (options.json) printDocumentInClear(hosts);
  else printInClear(hosts.map((host) => `${describe(host)}\n`).join(""));
  return 0;
}

export async function removeHost(options: CommonOptions, [name = ""]: readonly string[]): Promise<number> {
  await inSandbox(options, (sandbox) => sandbox.removeHost(name));
  if (options.json) printDocument({ removed: name });
  else console.error(`took ${name} away, with all that was on it`);
  return 0;
}
