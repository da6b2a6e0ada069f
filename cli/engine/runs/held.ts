/** The tunnels of a lab, held open for a program that goes on after the lab is let go of. */
import { heldTunnels } from "../../clients/held-tunnels.ts";
import { writeSshFiles, type SshFiles } from "../../clients/ssh.ts";
import { CliError } from "../../ui/errors.ts";
import type { Lab } from "../synth/assembly.ts";
import { toolEnvironment } from "../synth/environment.ts";
import type { CommandContext } from "../synth/command-context.ts";
import { guardOf } from "../state/made-before.ts";
import { labSecrets } from "../state/secrets.ts";
import type { Secrets } from "../state/secrets-schema.ts";
import { openSession } from "./session.ts";

/** Hosts that are up let us in at once. */
const PATIENCE_MS = 30_000;
const STACK = "talos";

/** A lab that can be reached until closed. */
export interface HeldLab {
  readonly lab: Lab;
  readonly secrets: Secrets;
  /** What an ssh of the lab's own goes by: its key, and the host keys that it gave its hosts. */
  readonly ssh: SshFiles;
  close(): void;
}

/**
 * Opens all tunnels of the lab, or shares those that `lab tunnel` holds: others that come later share these.
 *
 * @param command what to call us in errors
 */
export async function holdLab(context: CommandContext, command: string): Promise<HeldLab> {
  const { project } = context;
  const session = await openSession(context);
  try {
    const { lab, stacks } = session.assembly;
    const stack = stacks.find(({ name }) => name === STACK);
    if (lab === null || stack === undefined) throw new CliError(`${command}: this app is no lab, and has no hosts`);
    const isHeld = heldTunnels(project.data) !== null;
    await session.connect(stack, { patienceMs: PATIENCE_MS, some: true, ...(!isHeld && { hold: lab.tunnels }) });
    const base = toolEnvironment(project, {}, () => undefined);
    const secrets = await labSecrets(project, lab, guardOf(project), base);
    const subscription = await session.sandbox?.subscribe(() => undefined);
    return {
      lab,
      secrets,
      ssh: writeSshFiles(project.data, secrets),
      close() {
        subscription?.stop();
        session.close();
      },
    };
  } catch (error) {
    session.close();
    throw error;
  }
}

/** What of a lab, or of its plan, says how its hosts are reached. */
interface Reached {
  readonly tunnels: readonly { readonly name: string; readonly localPort: number }[];
  readonly existing?: { readonly address: string } | undefined;
}

/** The loopback port of a tunnel. @throws CliError that names what there is, where there is none of this kind to it */
export function portOf({ tunnels, existing }: Reached, kind: "ssh" | "proxmox", host: string | undefined): number {
  const all = tunnels.filter(({ name }) => name.startsWith(`${kind} `));
  const names = all.map(({ name }) => name.slice(kind.length + 1));
  const found = host === undefined ? all[0] : all.find(({ name }) => name === `${kind} ${host}`);
  if (found !== undefined) return found.localPort;
  if (names.length > 0) throw new CliError(`got ${host}, allowed ${names.join(", ")}`);
  if (kind === "ssh" && existing !== undefined)
    throw new CliError(`${host} is a host of your own, to which the lab has no key: ssh root@${existing.address}`);
  throw new CliError(
    "this lab has no Proxmox VE: Talos runs on its instances, and has no SSH: npx lab tunnel -- talosctl …",
  );
}
