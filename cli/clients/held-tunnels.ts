/** Shares the tunnels that one `lab tunnel` holds open with other commands of the same lab: a port has one owner. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Tunnel } from "../../topology/types.ts";
import { CliError } from "../ui/errors.ts";
import { readIfThere, writeAtomically } from "../ui/files.ts";
import { startOf } from "./processes.ts";
import { answers, type OpenTunnels, type TunnelOptions } from "./tunnels.ts";
import { waitUntil } from "../ui/wait.ts";

const heldSchema = z.object({
  pid: z.number(),
  /** Distinguishes the process from a later one with the same id. */
  start: z.string(),
  since: z.string(),
  /** Each as text, to be compared: what listens where, and where it leads. */
  tunnels: z.array(z.string()),
});

type Addresses = Readonly<Record<string, string>>;

const POLL_MS = 200;

const fileIn = (data: string): string => join(data, "tunnels.json");

function asText(tunnels: readonly Tunnel[], addresses: Addresses): readonly string[] {
  return tunnels.map(
    ({ localPort, via, target }) => `${localPort} via ${addresses[via] ?? via} to ${target.address}:${target.port}`,
  );
}

/** Who holds tunnels of this lab; null when nobody does, or who did has died. */
export function heldTunnels(data: string): z.infer<typeof heldSchema> | null {
  try {
    const held = heldSchema.parse(JSON.parse(readIfThere(fileIn(data)) ?? ""));
    return startOf(held.pid) === held.start ? held : null;
  } catch {
    return null;
  }
}

/** Says that this process holds these. @returns what takes that back */
export function announceTunnels(data: string, tunnels: readonly Tunnel[], addresses: Addresses): () => void {
  const start = startOf(process.pid) ?? "";
  const held = { pid: process.pid, start, since: new Date().toISOString(), tunnels: asText(tunnels, addresses) };
  writeAtomically(fileIn(data), JSON.stringify(held));
  const forget = (): void => {
    process.off("exit", forget);
    if (heldTunnels(data)?.pid === process.pid) rmSync(fileIn(data), { force: true });
  };
  process.once("exit", forget);
  return forget;
}

/**
 * Goes through the tunnels that another process holds. One that is just being opened again is waited for.
 *
 * @throws CliError when it holds others than these, or they stay shut
 */
export async function shareTunnels(
  held: z.infer<typeof heldSchema>,
  tunnels: readonly Tunnel[],
  addresses: Addresses,
  { patienceMs, some, signal }: Pick<TunnelOptions, "patienceMs" | "some" | "signal">,
): Promise<OpenTunnels> {
  const who = `lab tunnel (process ${held.pid}, since ${held.since})`;
  if (asText(tunnels, addresses).some((each) => !held.tunnels.includes(each)))
    throw new CliError(`${who} holds other tunnels than this needs: end it with Ctrl-C, and run this again`);
  let open: readonly boolean[] = [];
  const allAnswer = async (): Promise<boolean> => {
    open = await Promise.all(tunnels.map(({ localPort }) => answers(localPort)));
    return open.every(Boolean);
  };
  if (!(await waitUntil(allAnswer, { pollMs: POLL_MS, patienceMs, signal })) && !(some && open.some(Boolean)))
    throw new CliError(`${who} does not get its tunnels open again: see what it says`);
  return { close: () => undefined };
}
