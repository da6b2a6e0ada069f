/** Opens loopback ports that lead by plain TCP to public addresses, where there is no SSH to carry them. */
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Tunnel } from "../../topology/types.ts";
import { CliError, messageOf } from "../ui/errors.ts";
import { connectPinned, openPinnedRelay, type Pinned, WrongCertificate } from "./pinned-relays.ts";
import { dial } from "./dial.ts";
import { openPort, type Relay } from "./tunnel-ends.ts";

/** A tunnel, and the address that it leads to. */
interface Way {
  readonly tunnel: Tunnel;
  readonly address: string;
}

/** How far one relay leads, and how long its other end is tried. */
export interface RelayOptions {
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  readonly patienceMs: number;
  readonly retryMs: number;
  /** What else is known of a machine that we have given up on, in a sentence. @default - nothing */
  readonly explain?: (machine: string) => Promise<string>;
}

/** A machine that may be there later. */
export class SilentMachine extends CliError {
  readonly why: string;

  constructor(message: string, why: string) {
    super(message);
    this.why = why;
  }
}

const TRY_MS = 5000;

/** Null where somebody answers, else why not. @throws WrongCertificate */
function silence({ address, tunnel: { target, pin, jump } }: Way): Promise<string | null> {
  if (pin !== undefined) return pinnedSilence({ host: address, port: target.port, pin, jump });
  return new Promise((resolve) => {
    const socket = connect(target.port, address);
    const end = (why: string | null): void => {
      socket.destroy();
      resolve(why);
    };
    socket.setTimeout(TRY_MS, () => end(`port ${target.port} does not answer`));
    socket.once("connect", () => end(null));
    socket.once("error", (error) => end(error.message));
  });
}

async function pinnedSilence(target: Pinned): Promise<string | null> {
  try {
    (await connectPinned(target)).destroy();
    return null;
  } catch (error) {
    if (error instanceof WrongCertificate) throw error;
    return messageOf(error);
  }
}

/** The address of each. @throws CliError for one that the outputs do not name */
function waysOf(tunnels: readonly Tunnel[], addresses: Readonly<Record<string, string>>): readonly Way[] {
  return tunnels.map((tunnel) => {
    const address = tunnel.near ? tunnel.target.address : addresses[tunnel.via];
    if (address !== undefined) return { tunnel, address };
    throw new CliError(`no public address is known for ${tunnel.via}: deploy oci again`);
  });
}

/** Opens the ports at once; a connection through one is made when somebody connects to it. */
export async function openPlainRelays(
  tunnels: readonly Tunnel[],
  addresses: Readonly<Record<string, string>>,
  say: (line: string) => void = () => undefined,
): Promise<Relay> {
  const open: Relay[] = [];
  const close = (): void => {
    for (const each of open) each.close();
  };
  try {
    for (const { tunnel, address } of waysOf(tunnels, addresses)) {
      const { localPort, pin, jump } = tunnel;
      const target = { host: address, port: tunnel.target.port, jump };
      open.push(
        await (pin === undefined
          ? openPort(localPort, () => dial(target))
          : openPinnedRelay(localPort, { ...target, pin }, say)),
      );
    }
  } catch (error) {
    close();
    throw error;
  }
  return { close };
}

/**
 * Waits until the machine at the other end of a relay answers.
 *
 * @throws SilentMachine, in one line, when it has been tried for as long as was asked
 */
export async function awaitMachine(
  tunnel: Tunnel,
  addresses: Readonly<Record<string, string>>,
  { signal, say, patienceMs, retryMs, explain }: RelayOptions,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (const way of waysOf([tunnel], addresses)) {
    for (let printed = ""; ; await sleep(retryMs, undefined, { signal })) {
      const why = await silence(way);
      if (why === null) return;
      const who = `${tunnel.via} (${way.address})`;
      if (performance.now() > deadline) {
        const known = explain === undefined ? "" : `; ${await explain(tunnel.via)}`;
        throw new SilentMachine(
          `${who} does not answer after ${Math.round(patienceMs / 60_000)} minutes: ${why}${known}`,
          why,
        );
      }
      if (why !== printed) say(`waiting for ${who}: ${why}`);
      printed = why;
    }
  }
}
