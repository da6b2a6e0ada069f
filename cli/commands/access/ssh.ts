/** `lab ssh`: a shell on a host, by the lab's own key, its pinned host key, and its tunnel. */
import { type CommonOptions, withLabLock } from "../../engine/synth/command-context.ts";
import { type CommandDefinition, inSandbox, where } from "../../ui/command.ts";
import { CliError } from "../../ui/errors.ts";
import { watchSignals } from "../../ui/interruption.ts";

/** Exits with ssh's exit code, which is the command's. */
async function shellOn(options: CommonOptions, args: readonly string[]): Promise<number> {
  const { holdLab, portOf } = await import("../../engine/runs/held.ts");
  const { runCommand, tunnelRequest } = await import("../../engine/runs/tunnel.ts");
  const { names, command } = tunnelRequest(args, process.argv, "lab ssh");
  const [host, ...more] = names;
  if (host === undefined || more.length > 0)
    throw new CliError(`lab ssh: got ${names.length} hosts, allowed one; a command follows after --`);
  // Others may work in the lab while the shell is open.
  const held = await withLabLock({ ...options, json: true }, "lab ssh", (context) => holdLab(context, "lab ssh"));
  const interruption = watchSignals(() => undefined);
  try {
    const port = portOf(held.lab, "ssh", host);
    const { config, folder } = held.ssh;
    const ssh = ["ssh", "-F", config, "-o", `HostKeyAlias=${host}`, "-p", String(port), "root@127.0.0.1"] as const;
    return await runCommand([...ssh, ...(command ?? [])], process.env, interruption.signal, folder);
  } finally {
    interruption.dispose();
    held.close();
  }
}

/** `lab ssh` */
export const ssh: CommandDefinition<CommonOptions> = {
  name: "ssh",
  description: "A shell on a Proxmox VE host, through its tunnel, or a command there",
  examples: ["npx lab ssh pve-1", "npx lab ssh pve-1 --sandbox -- pvecm status"],
  options: (command) =>
    inSandbox(where(command)).argument("<host...>", "a host of the lab; then, after --, a command to run there"),
  run: shellOn,
};
