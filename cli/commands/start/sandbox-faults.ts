/** `lab sandbox fault`: injects faults into the sandbox. */
import type { Command } from "commander";
import { INTERFACES } from "../../../sandbox/faults/calls.ts";
import { BOOT_STOPS } from "../../../sandbox/faults/boot-stops.ts";
import type { CommonOptions } from "../../engine/synth/command-context.ts";
import { type CommandDefinition, json } from "../../ui/command.ts";
import { printDocument } from "../../ui/document.ts";
import { CliError } from "../../ui/errors.ts";
import { oneOf, Option, share, wholeNumber } from "../../ui/options.ts";
import { FAULT_KINDS, type FaultOptions, faultRequest, requireKnownNames } from "./fault-request.ts";
import { plural } from "../../ui/words.ts";
import { answered, openedSandbox, sandboxProject } from "./sandbox-start.ts";

interface FaultCommandOptions extends CommonOptions, FaultOptions {}

async function addFault(options: FaultCommandOptions, [what = ""]: readonly string[]): Promise<number> {
  const { faultText } = await import("../../../sandbox/faults/words.ts");
  const kind = FAULT_KINDS.find((known) => known === what);
  if (kind === undefined) throw new CliError(`got the fault ${what}, allowed ${FAULT_KINDS.join(", ")}`);
  const asked = faultRequest(kind, options);
  const sandbox = await openedSandbox(options);
  await requireKnownNames(asked, sandboxProject(options), sandbox);
  const fault = await answered(sandbox.addFault(asked));
  if (options.json) printDocument(fault);
  else console.log(`${fault.id}  ${faultText(fault)}`);
  return 0;
}

async function listFaults(options: FaultCommandOptions): Promise<number> {
  const { faultText } = await import("../../../sandbox/faults/words.ts");
  const faults = await (await openedSandbox(options)).faults();
  if (options.json) printDocument(faults);
  else if (faults.length === 0) console.log("nothing was asked to go wrong");
  else {
    for (const fault of faults) {
      const hits = fault.spec.what === "call" ? `  hit ${fault.hits}, for ${fault.seen}` : "";
      console.log(`${fault.id}  ${faultText(fault)}${hits}`);
    }
  }
  return 0;
}

function faultId(text: string): number {
  const id = Number(text);
  if (!/^\d+$/.test(text)) throw new CliError(`got ${text}, allowed the number of a fault, which \`list\` prints`);
  return id;
}

async function clearFaults(options: FaultCommandOptions, ids: readonly string[]): Promise<number> {
  const wanted = ids.map(faultId);
  const sandbox = await openedSandbox(options);
  let cleared = 0;
  if (wanted.length === 0) cleared = await answered(sandbox.clearFaults());
  else for (const id of wanted) cleared += await answered(sandbox.clearFaults(id));
  if (options.json) printDocument({ cleared });
  else console.log(`cleared ${plural(cleared, "fault")}`);
  return 0;
}

/** Of `sandbox fault add`. */
const addOptions = (command: Command): Command =>
  json(command)
    .addArgument(oneOf("<fault>", "what goes wrong", FAULT_KINDS))
    .addOption(new Option("--interface <interface>", "calls on this interface").choices([...INTERFACES]))
    // The name of before.
    .addOption(new Option("--door <interface>").choices([...INTERFACES]).hideHelp())
    .on("option:door", (value: string) => void command.setOptionValue("interface", value))
    .option("--method <pattern>", "calls of this method: POST, Bootstrap, ApplyResourceChange")
    .option(
      "--target <pattern>",
      "calls on this path or resource: '/20160918/instances*', 're:oci_core_(vcn|subnet) .*'",
    )
    .option("--nth <number>", "the first call that is hit, counted from now (default: 1)", wholeNumber(1))
    .option("--times <number>", "how many calls are hit; 0: every one (default: 1)", wholeNumber(0))
    .option("--share <number>", "of these calls, this share is hit: above 0, up to 1 (default: 1)", share)
    .option("--seed <number>", "which ones those are (default: 0)", wholeNumber(0))
    .option("--status <number>", "HTTP status of the answer (default: 500)", wholeNumber(400, 599))
    .option("--code <code>", "the API's own: InternalError, Unavailable")
    .option("--message <text>", "what it says; of a task, what it ends with")
    .option("--retry-after <seconds>", "in the answer's Retry-After", wholeNumber(0))
    .option("--ms <milliseconds>", "how long slow takes", wholeNumber(1))
    .option("--type <pattern>", "tasks of this type: qmcreate, download")
    .option("--availability-domain <pattern>", "where the capacity is exhausted: '*AD-1' (default: everywhere)")
    .option("--fault-domain <pattern>", "the same: FAULT-DOMAIN-2")
    .option("--shape <pattern>", "for which shape: 'VM.Standard.A1.*'")
    .option("--host <name>", "which host is down, or does not boot")
    .addOption(new Option("--stop <where>", "where its boot ends").choices([...BOOT_STOPS]))
    .option("--cluster <pattern>", "which cluster has no quorum (default: every one)")
    .option("--node <name>", "which node of Kubernetes is not ready")
    .option(
      "--seconds <number>",
      "how far the clock is ahead; negative: behind",
      wholeNumber(-315_360_000, 315_360_000),
    );

const add: CommandDefinition<FaultCommandOptions> = {
  name: "add",
  description: "Make calls fail (status … task), or the world be in trouble (capacity … clock)",
  examples: [
    "npx lab sandbox fault add status --interface provider --target 'oci_core_vcn*' --status 503",
    "npx lab sandbox fault add slow --ms 300 --times 0 --share 0.1 --seed 7",
    "npx lab sandbox fault add capacity --fault-domain FAULT-DOMAIN-1",
    "npx lab sandbox fault add down --host pve-1",
    "npx lab sandbox fault add boot --host pve-1 --stop uefi-shell",
  ],
  options: addOptions,
  run: addFault,
};

const list: CommandDefinition<FaultCommandOptions> = {
  name: "list",
  description: "Say what was asked to go wrong, and how often it did",
  options: json,
  run: listFaults,
};

const clear: CommandDefinition<FaultCommandOptions> = {
  name: "clear",
  description: "End faults",
  examples: ["npx lab sandbox fault clear", "npx lab sandbox fault clear 3 4"],
  options: (command) => json(command).argument("[ids...]", "which; without one, all"),
  run: clearFaults,
};

/** `lab sandbox fault` */
export const fault: CommandDefinition = {
  name: "fault",
  description: "Make something go wrong in it",
  commands: [add, list, clear],
};
