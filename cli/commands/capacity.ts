/** `lab capacity`: whether OCI has room for the lab's hosts now, by availability domain. */
import { openSandbox } from "../../sandbox/client.ts";
import { readTopology } from "../doctor/config.ts";
import { CliError, messageOf } from "../errors.ts";
import { availabilityDomainsOf, openAccount } from "../oci/account.ts";
import { type Capacity, capacityIn, hostsOf } from "../oci/capacity.ts";
import { openProject } from "../project.ts";
import { openTerminal, type Terminal } from "../show/terminal.ts";
import { printDocument } from "./document.ts";
import type { CommonOptions } from "./workplace.ts";

const PATIENCE_MS = 30_000;

function show({ colors, line }: Terminal, found: readonly Capacity[], chosen: string | undefined): void {
  const width = Math.max(...found.map(({ availabilityDomain }) => availabilityDomain.length));
  for (const { availabilityDomain, faultDomain, host, ocpus, memoryGb, status } of found) {
    const color = status === "AVAILABLE" ? colors.green : colors.red;
    const mark = availabilityDomain === chosen ? "  (the config's)" : "";
    line(
      `${availabilityDomain.padEnd(width)}  ${faultDomain}  ${host}, ${ocpus} OCPU and ${memoryGb} GB: ${color(status)}${mark}`,
    );
  }
}

/** Exits with 1 when where the config has them there is no room for all hosts. */
export async function capacity(options: CommonOptions): Promise<number> {
  const project = openProject(options);
  const topology = await readTopology(project);
  if ("status" in topology) throw new CliError(topology.found);
  try {
    const sandbox = project.sandbox ? await openSandbox({ labHome: project.home }) : null;
    const account = await openAccount(topology.config, sandbox, AbortSignal.timeout(PATIENCE_MS));
    const domains = await availabilityDomainsOf(account);
    const chosen = domains[topology.config.oci.availabilityDomain - 1];
    const found = (await Promise.all(domains.map((domain) => capacityIn(account, domain, hostsOf(topology))))).flat();
    const there = found.filter(({ availabilityDomain }) => availabilityDomain === chosen);
    const enough = there.length > 0 && there.every(({ status }) => status === "AVAILABLE");
    if (options.json) printDocument({ enough, availabilityDomain: chosen ?? null, capacity: found });
    else show(openTerminal({ json: false, color: options.color ?? true }), found, chosen);
    return enough ? 0 : 1;
  } catch (error) {
    throw error instanceof CliError ? error : new CliError(messageOf(error));
  }
}
