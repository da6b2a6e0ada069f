/** `lab tunnel`: holds the tunnels open, until Ctrl-C or for as long as a command runs. */
import type { Subscription } from "../../../sandbox/client.ts";
import type { Tunnel } from "../../../topology/types.ts";
import type { Session } from "../../engine/runs/session.ts";
import type { TunnelContexts, TunnelRequest } from "../../engine/runs/tunnel.ts";
import { type CommonOptions, withLabLock } from "../../engine/synth/command-context.ts";
import { type CommandDefinition, inSandbox, json, skipSynth, where } from "../../ui/command.ts";
import { printDocument } from "../../ui/document.ts";
import { CliError } from "../../ui/errors.ts";
import { watchSignals } from "../../ui/interruption.ts";
import { openTerminal, type Terminal } from "../../ui/terminal.ts";
import { table } from "../../ui/words.ts";

/** Hosts that are up let us in at once. */
const PATIENCE_MS = 30_000;
const STACK = "talos";

interface Held {
  readonly tunnels: readonly Tunnel[];
  readonly sandbox: boolean;
  /** For a command. */
  readonly contexts: TunnelContexts | null;
  /** Resolves when they are gone by themselves, as with the sandbox. */
  readonly ended: Promise<void>;
  close(): void;
}

/** The sandbox has its tunnels open while it runs, and runs while somebody is connected to it. */
async function awake({ sandbox }: Session): Promise<Subscription> {
  if (sandbox === null) return { stop: () => undefined, ended: new Promise(() => undefined) };
  return sandbox.subscribe(() => undefined);
}

async function contextsOf(session: Session, tunnels: readonly Tunnel[]): Promise<TunnelContexts> {
  const { writeTunnelContexts } = await import("../../engine/runs/tunnel.ts");
  const { NO_STATE, stateOf } = await import("../../engine/state/state.ts");
  const info = session.assembly.stacks.find(({ name }) => name === STACK);
  const { outputs } = info === undefined ? NO_STATE : await stateOf(session, session.stack(info));
  const text = (name: string): string | null => {
    const value = outputs[name]?.value;
    return typeof value === "string" ? value : null;
  };
  const api = tunnels.find(({ name }) => name === "kubernetes")?.localPort ?? null;
  return writeTunnelContexts({ kubeconfig: text("kubeconfig"), talosconfig: text("talosconfig") }, api);
}

/** Opens them with the lab to ourselves, and then lets others at it. */
async function open(options: CommonOptions, { names, command }: TunnelRequest): Promise<Held> {
  const { openSession } = await import("../../engine/runs/session.ts");
  const { chosenTunnels } = await import("../../engine/runs/tunnel.ts");
  return withLabLock({ ...options, json: true }, "lab tunnel", async (context) => {
    const session = await openSession(context, options.skipSynth);
    try {
      const { lab, stacks } = session.assembly;
      const stack = stacks.find(({ name }) => name === STACK);
      if (lab === null || stack === undefined) throw new CliError("lab tunnel: this app is no lab, and has no tunnels");
      const tunnels = chosenTunnels(lab.tunnels, names);
      await session.connect(stack, { patienceMs: PATIENCE_MS, some: true, hold: tunnels });
      const contexts = command === null ? null : await contextsOf(session, tunnels);
      const { stop, ended } = await awake(session);
      return {
        tunnels,
        sandbox: session.sandbox !== null,
        contexts,
        ended,
        close() {
          contexts?.remove();
          stop();
          session.close();
        },
      };
    } catch (error) {
      session.close();
      throw error;
    }
  });
}

function show(terminal: Terminal, { tunnels, sandbox }: Held): void {
  const rows = tunnels.map(({ name, localPort, via, target, through }) => {
    const way =
      through === undefined ? `${target.address}:${target.port}, by way of ${via}` : "the first that answers of";
    const ports = (through ?? []).map((port) => ` ${port}`).join(",");
    return [`127.0.0.1:${localPort}`, name, `${way}${ports}`];
  });
  for (const line of table(rows)) terminal.line(line);
  terminal.aside(
    sandbox
      ? "the sandbox has them open anyway; it stays awake until Ctrl-C"
      : "open until Ctrl-C; one that is cut is opened again",
  );
}

function documentOf({ tunnels, sandbox }: Held): unknown {
  return {
    sandbox,
    tunnels: tunnels.map(({ name, localPort, via, target, through }) => ({
      name,
      address: `127.0.0.1:${localPort}`,
      via,
      target: `${target.address}:${target.port}`,
      ...(through && { through: through.map((port) => `127.0.0.1:${port}`) }),
    })),
  };
}

/** Until a signal, which is how it is meant to end, or until they are gone. */
async function wait({ ended }: Held, signal: AbortSignal): Promise<number> {
  const stopped = new Promise<"stopped">((resolve) => {
    signal.addEventListener("abort", () => resolve("stopped"), { once: true });
  });
  // Keeps this process from ending: the ssh of a tunnel does not.
  const alive = setInterval(() => undefined, 60_000);
  try {
    if ((await Promise.race([stopped, ended])) === "stopped") return 0;
    throw new CliError("the sandbox has ended, and its tunnels with it");
  } finally {
    clearInterval(alive);
  }
}

/** Exits with the command's own exit code, or with 0 after Ctrl-C. */
async function holdOpen(options: CommonOptions, args: readonly string[]): Promise<number> {
  const { runCommand, tunnelRequest } = await import("../../engine/runs/tunnel.ts");
  const request = tunnelRequest(args, process.argv);
  const { command } = request;
  if (command !== null && options.json)
    throw new CliError("lab tunnel: --json and a command: got both, allowed one: stdout is the command's");
  const terminal = openTerminal({ json: options.json ?? false, color: options.color ?? true });
  const held = await open(options, request);
  const interruption = watchSignals(() => undefined);
  try {
    if (command !== null)
      return await runCommand(command, { ...process.env, ...held.contexts?.env }, interruption.signal);
    if (options.json) printDocument(documentOf(held));
    else show(terminal, held);
    return await wait(held, interruption.signal);
  } finally {
    interruption.dispose();
    held.close();
  }
}

/** `lab tunnel` */
export const tunnel: CommandDefinition<CommonOptions> = {
  name: "tunnel",
  description: "Hold the tunnels open until Ctrl-C, or while a command runs",
  examples: ["npx lab tunnel", "npx lab tunnel pve-1 cp-1", "npx lab tunnel -- kubectl get nodes"],
  options: (command) =>
    skipSynth(
      json(inSandbox(where(command))).argument(
        "[names...]",
        "kubernetes, proxmox, talos, a host, a node; without one, all; then -- and a command",
      ),
    ),
  run: holdOpen,
};
