/** `lab capacity`: whether OCI has room for the lab's hosts now, by availability domain and fault domain. */
import { openSandbox } from "../../sandbox/client.ts";
import { readTopology } from "../synth/config.ts";
import { CliError, messageOf } from "../errors.ts";
import { availabilityDomainsOf, openAccount } from "../oci/account.ts";
import { type Capacity, capacityIn, everywhere, hostsOf, type Wanted } from "../oci/capacity.ts";
import { openProject } from "../project.ts";
import { openTerminal, type Terminal } from "../show/terminal.ts";
import { printDocument } from "./document.ts";
import type { CommonOptions } from "./workplace.ts";

const PATIENCE_MS = 30_000;
const ANYWHERE = "any fault domain";

interface Place extends Capacity {
  /** Whether the config has the host there. */
  readonly configured: boolean;
}

function show({ colors, line }: Terminal, found: readonly Place[]): void {
  const width = Math.max(...found.map(({ availabilityDomain }) => availabilityDomain.length));
  for (const { availabilityDomain, faultDomain, host, ocpus, memoryGb, status, configured } of found) {
    const color = status === "AVAILABLE" ? colors.green : colors.red;
    const place = `${availabilityDomain.padEnd(width)}  ${(faultDomain ?? ANYWHERE).padEnd(ANYWHERE.length)}`;
    const mark = configured ? "  (the config's)" : "";
    line(`${place}  ${host}, ${ocpus} OCPU and ${memoryGb} GB: ${color(status)}${mark}`);
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
    const hosts = hostsOf(topology);
    const isConfigured = ({ host, faultDomain, availabilityDomain }: Capacity): boolean =>
      availabilityDomain === chosen &&
      hosts.some((each: Wanted) => each.host === host && each.faultDomain === faultDomain);
    const asked = hosts.flatMap(everywhere);
    const answers = await Promise.all(domains.map((domain) => capacityIn(account, domain, asked)));
    const found = answers.flat().map((each): Place => ({ ...each, configured: isConfigured(each) }));
    const there = found.filter(({ configured }) => configured);
    const enough = there.length > 0 && there.every(({ status }) => status === "AVAILABLE");
    if (options.json) printDocument({ enough, availabilityDomain: chosen ?? null, capacity: found });
    else show(openTerminal({ json: false, color: options.color ?? true }), found);
    return enough ? 0 : 1;
  } catch (error) {
    throw error instanceof CliError ? error : new CliError(messageOf(error));
  }
}
