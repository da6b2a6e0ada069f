/** `lab open`: a host's web UI, through its tunnel. */
import { type CommonOptions, withLabLock } from "../../engine/synth/command-context.ts";
import { openProject } from "../../engine/synth/project.ts";
import { type CommandDefinition, inSandbox, json, where } from "../../ui/command.ts";
import { printDocument } from "../../ui/document.ts";
import { showInBrowser } from "../../ui/browser.ts";
import { watchSignals } from "../../ui/interruption.ts";

interface OpenOptions extends CommonOptions {
  /** Print the address, and open nothing. */
  readonly print?: boolean;
}

/** The address alone: whoever wants it has tunnels, or opens some. */
async function printAddress(options: OpenOptions, host: string | undefined): Promise<number> {
  const { portOf } = await import("../../engine/runs/held.ts");
  const { readTopology } = await import("../../engine/synth/config.ts");
  const { CliError } = await import("../../ui/errors.ts");
  const topology = await readTopology(openProject(options));
  if ("status" in topology) throw new CliError(topology.found);
  const url = `https://127.0.0.1:${portOf(topology, "proxmox", host)}/`;
  if (options.json) printDocument({ url });
  else console.log(url);
  return 0;
}

/** Ends at Ctrl-C. */
async function openUi(options: OpenOptions, [, host]: readonly string[]): Promise<number> {
  if (options.print || options.json) return printAddress(options, host);
  const { holdLab, portOf } = await import("../../engine/runs/held.ts");
  const context = { ...options, json: true };
  const held = await withLabLock(context, "lab open", (lab) => holdLab(lab, "lab open"));
  const interruption = watchSignals(() => undefined);
  try {
    const url = `https://127.0.0.1:${portOf(held.lab, "proxmox", host)}/`;
    console.log(url);
    console.error("sign in as root@pam; its password is rootPassword of the lab's secrets; open until Ctrl-C");
    if (openProject(options).sandbox) console.error("the sandbox plays the API of Proxmox VE, and no web UI");
    else showInBrowser(url);
    // Keeps this process from ending: the ssh of a tunnel does not.
    const alive = setInterval(() => undefined, 60_000);
    await new Promise((resolve) => interruption.signal.addEventListener("abort", resolve, { once: true }));
    clearInterval(alive);
    return 0;
  } finally {
    interruption.dispose();
    held.close();
  }
}

/** `lab open` */
export const open: CommandDefinition<OpenOptions> = {
  name: "open",
  description: "Open the web UI of Proxmox VE in a browser, through the tunnel, until Ctrl-C",
  examples: ["npx lab open proxmox", "npx lab open proxmox pve-2 --print"],
  options: (command) =>
    json(inSandbox(where(command)))
      .addArgument(command.createArgument("<what>", "what to open").choices(["proxmox"]))
      .argument("[host]", "of this host (default: the first)")
      .option("--print", "print its address, and open nothing"),
  run: openUi,
};
