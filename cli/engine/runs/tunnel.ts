/** Reads what `lab tunnel` is asked for, and runs its command while the tunnels are open. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { isMap } from "yaml";
import { readYamlDocuments } from "../../../config/yaml.ts";
import type { Tunnel } from "../../../topology/types.ts";
import { CliError, codeOf } from "../../ui/errors.ts";
import { writeAtomically } from "../../ui/files.ts";

/** What was asked for. */
export interface TunnelRequest {
  readonly names: readonly string[];
  /** Null: until Ctrl-C. */
  readonly command: readonly [string, ...string[]] | null;
}

/**
 * Separates names from the command, which the parser of options gives in one list.
 *
 * @param args both, without the `--` between them
 * @param typed all that was typed
 * @param command what to call us in errors
 */
export function tunnelRequest(
  args: readonly string[],
  typed: readonly string[],
  command = "lab tunnel",
): TunnelRequest {
  const dashes = typed.indexOf("--");
  const [program, ...rest] = dashes === -1 ? [] : typed.slice(dashes + 1);
  if (dashes !== -1 && program === undefined) throw new CliError(`${command} --: a command is missing after --`);
  return {
    names: dashes === -1 ? args : args.slice(0, args.length - (typed.length - dashes - 1)),
    command: program === undefined ? null : [program, ...rest],
  };
}

/** What a name stands for: `kubernetes`, a host, a node, or a kind (`proxmox`, `talos`). */
function isNamed(tunnel: Tunnel, name: string): boolean {
  const [kind, of] = tunnel.name.split(" ");
  return [tunnel.name, kind, of].includes(name);
}

/** @throws CliError for a name that no tunnel has */
export function chosenTunnels(all: readonly Tunnel[], names: readonly string[]): readonly Tunnel[] {
  if (names.length === 0) return all;
  const strange = names.find((name) => !all.some((tunnel) => isNamed(tunnel, name)));
  if (strange === undefined) return all.filter((tunnel) => names.some((name) => isNamed(tunnel, name)));
  const allowed = [...new Set(all.flatMap(({ name }) => name.split(" ")))];
  throw new CliError(`lab tunnel: got ${strange}, allowed ${allowed.join(", ")}`);
}

/** kubeconfig and talosconfig of a command, there until removed. */
export interface TunnelContexts {
  /** `KUBECONFIG` and `TALOSCONFIG`. */
  readonly env: Readonly<Record<string, string>>;
  remove(): void;
}

/** The kubeconfig names the load balancer; the certificate of the API server is good for 127.0.0.1 as well. */
export function throughTunnel(kubeconfig: string, apiPort: number): string {
  const document = readYamlDocuments(kubeconfig)[0]?.document;
  const cluster = document?.getIn(["clusters", 0, "cluster"]);
  if (isMap(cluster)) cluster.set("server", `https://127.0.0.1:${apiPort}`);
  return document?.toString() ?? kubeconfig;
}

/** @param texts what is deployed; what is not there is not set */
export function writeTunnelContexts(
  texts: { readonly kubeconfig: string | null; readonly talosconfig: string | null },
  apiPort: number | null,
): TunnelContexts {
  const folder = mkdtempSync(join(tmpdir(), "ampere-lab-tunnel-"));
  const env: Record<string, string> = {};
  const write = (variable: string, name: string, text: string): void => {
    env[variable] = join(folder, name);
    writeAtomically(join(folder, name), text);
  };
  if (texts.kubeconfig !== null && apiPort !== null)
    write("KUBECONFIG", "kubeconfig", throughTunnel(texts.kubeconfig, apiPort));
  if (texts.talosconfig !== null) write("TALOSCONFIG", "talosconfig", texts.talosconfig);
  const remove = (): void => {
    process.off("exit", remove);
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", remove);
  return { env, remove };
}

/** As shells have it. */
const NOT_FOUND = 127;
const BY_SIGNAL = 128;

/**
 * Runs a command while the tunnels are open, at our own terminal. Ctrl-C reaches it from there; a signal to us alone is passed on.
 *
 * @param cwd where it runs. @default - here
 * @returns its exit code
 */
export function runCommand(
  [program, ...args]: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  cwd?: string,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, cwd, stdio: "inherit" });
    const stop = (): void => void child.kill("SIGTERM");
    signal.addEventListener("abort", stop, { once: true });
    child.once("error", (error) => {
      signal.removeEventListener("abort", stop);
      const why = codeOf(error) === "ENOENT" ? "is not on PATH" : `cannot be run: ${error.message}`;
      reject(new CliError(`${program} ${why}`, NOT_FOUND));
    });
    child.once("exit", (code, by) => {
      signal.removeEventListener("abort", stop);
      resolve(code ?? BY_SIGNAL + (by === null ? 0 : constants.signals[by]));
    });
  });
}
