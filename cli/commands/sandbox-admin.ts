/** `lab sandbox admin`: where the sandbox has the admin come from, as its firewalls see it. */
import { parseAddress } from "../../config/cidr.ts";
import { openSandbox, type AdminStanding } from "../../sandbox/client.ts";
import { CliError, messageOf } from "../errors.ts";
import { openProject } from "../project.ts";
import { printDocument } from "./document.ts";
import type { CommonOptions } from "./workplace.ts";

/** Back to where the config has admins come from. */
const CONFIGURED = "config";

function asked(text: string): string | null {
  if (text === CONFIGURED) return null;
  if (parseAddress(text) !== null) return text;
  throw new CliError(`got ${text}, allowed an IPv4 address such as 198.51.100.9, or ${CONFIGURED}`);
}

function describe({ address, lockedOutOf }: AdminStanding): readonly string[] {
  if (address === null) return ["nobody has said where you come from: the next run takes it from access.adminCidrs"];
  const doors = lockedOutOf.map(({ name, by }) => `${name} does not let you in: ${by}`);
  return [`you come from ${address}`, ...doors];
}

/** Says where the admin is, after having put them there where an address is given. */
export async function sandboxAdmin(options: CommonOptions, [text]: readonly string[]): Promise<number> {
  const wanted = text === undefined ? undefined : asked(text);
  const { home } = openProject({ ...options, sandbox: true });
  try {
    const sandbox = await openSandbox({ labHome: home });
    if (wanted !== undefined) await sandbox.setAdmin(wanted);
    const standing = await sandbox.admin();
    if (options.json) printDocument(standing);
    else for (const line of describe(standing)) console.log(line);
    return 0;
  } catch (error) {
    throw new CliError(messageOf(error));
  }
}
