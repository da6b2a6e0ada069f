/** `lab capacity`: whether OCI has room for the lab's hosts now, by availability domain and fault domain. */
import type { Capacity, Wanted } from "../../clients/oci-limits.ts";
import type { CommonOptions } from "../../engine/synth/command-context.ts";
import { openProject } from "../../engine/synth/project.ts";
import { type CommandDefinition, inSandbox, json, where } from "../../ui/command.ts";
import { printDocument } from "../../ui/document.ts";
import { asCliError, CliError } from "../../ui/errors.ts";
import { openTerminal, type Terminal } from "../../ui/terminal.ts";
import { table } from "../../ui/words.ts";

const PATIENCE_MS = 30_000;

interface CapacityRow extends Capacity {
  /** Whether the config has the host there. */
  readonly configured: boolean;
}

function show({ colors, line }: Terminal, found: readonly CapacityRow[]): void {
  const rows = found.map(({ availabilityDomain, faultDomain, host, ocpus, memoryGb, status, configured }) => {
    const color = status === "AVAILABLE" ? colors.green : colors.red;
    const mark = configured ? "  (the config's)" : "";
    const what = `${host}, ${ocpus} OCPU and ${memoryGb} GB: ${color(status)}${mark}`;
    return [availabilityDomain, faultDomain ?? "any fault domain", what];
  });
  for (const each of table(rows)) line(each);
}

/** Exits with 1 when where the config has them there is no room for all hosts. */
async function askCapacity(options: CommonOptions): Promise<number> {
  const { openSandbox } = await import("../../../sandbox/client.ts");
  const { capacityIn, everywhere, hostsOf } = await import("../../clients/oci-limits.ts");
  const { readTopology } = await import("../../engine/synth/config.ts");
  const { availabilityDomainsOf, openAccount } = await import("../../engine/synth/oci-account.ts");
  const { accountIn } = await import("../../../config/sign-in.ts");
  const project = openProject(options);
  const topology = await readTopology(project);
  if ("status" in topology) throw new CliError(topology.found);
  try {
    const sandbox = project.sandbox ? await openSandbox({ labHome: project.home }) : null;
    const account = await openAccount(topology.config, sandbox, AbortSignal.timeout(PATIENCE_MS));
    const domains = await availabilityDomainsOf(account);
    const chosen = domains[accountIn(topology.config).availabilityDomain - 1];
    const hosts = hostsOf(topology);
    const isConfigured = ({ host, faultDomain, availabilityDomain }: Capacity): boolean =>
      availabilityDomain === chosen &&
      hosts.some((each: Wanted) => each.host === host && each.faultDomain === faultDomain);
    const asked = hosts.flatMap(everywhere);
    const answers = await Promise.all(domains.map((domain) => capacityIn(account, domain, asked)));
    const found = answers.flat().map((each): CapacityRow => ({ ...each, configured: isConfigured(each) }));
    const there = found.filter(({ configured }) => configured);
    const enough = there.length > 0 && there.every(({ status }) => status === "AVAILABLE");
    if (options.json) printDocument({ enough, availabilityDomain: chosen ?? null, capacity: found });
    else show(openTerminal({ json: false, color: options.color ?? true }), found);
    return enough ? 0 : 1;
  } catch (error) {
    throw asCliError(error);
  }
}

/** `lab capacity` */
export const capacity: CommandDefinition<CommonOptions> = {
  name: "capacity",
  description:
    "Ask OCI whether it has room for the lab's hosts now; exits with 1 when it has none where they are to be",
  examples: ["npx lab capacity", "npx lab capacity --json"],
  options: (command) => json(inSandbox(where(command))),
  run: askCapacity,
};
