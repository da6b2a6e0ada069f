/** Where hosts were moved to by deploys that waited for capacity: kept beside the lab's local states, and as long. */
import { join } from "node:path";
import { z } from "zod";
import { CliError } from "../../ui/errors.ts";
import { readIfThere, writeAtomically } from "../../ui/files.ts";
import type { Project } from "../synth/project.ts";

/** Numbers of availability domains, by `hostDomainKey`. */
export type HostDomains = Readonly<Record<string, number>>;

const domains = z.record(z.string(), z.int().min(1).max(3));

const fileIn = ({ data }: Pick<Project, "data">): string => join(data, "host-domains.json");

/** @throws CliError for a file that somebody has written otherwise: without it a host that was moved would be replaced */
export function readHostDomains(project: Pick<Project, "data">): HostDomains {
  const text = readIfThere(fileIn(project));
  if (text === undefined) return {};
  try {
    return domains.parse(JSON.parse(text));
  } catch {
    throw new CliError(
      `${fileIn(project)}: got what no deploy has written, allowed {"REGION-ad-NUMBER/HOST": 1 to 3}: take it from a backup, as hosts that were moved would be replaced without it`,
    );
  }
}

/** Notes before a launch where the host goes: a run that is killed then goes on there. */
export function writeHostDomains(project: Pick<Project, "data">, moved: HostDomains): void {
  writeAtomically(fileIn(project), `${JSON.stringify({ ...readHostDomains(project), ...moved }, null, 2)}\n`);
}
