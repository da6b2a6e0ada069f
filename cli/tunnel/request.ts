/** What `lab tunnel` was asked for: which tunnels, and the command to run while they are open. */
import type { Tunnel } from "../../topology/types.ts";
import { CliError } from "../errors.ts";

export interface TunnelRequest {
  readonly names: readonly string[];
  /** Null: until Ctrl-C. */
  readonly command: readonly [string, ...string[]] | null;
}

/**
 * Tells names from the command, which the parser of options gives in one list.
 *
 * @param args both, without the `--` between them
 * @param typed all that was typed
 */
export function tunnelRequest(args: readonly string[], typed: readonly string[]): TunnelRequest {
  const dashes = typed.indexOf("--");
  const [program, ...rest] = dashes === -1 ? [] : typed.slice(dashes + 1);
  if (dashes !== -1 && program === undefined) throw new CliError("lab tunnel --: a command is missing after --");
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
