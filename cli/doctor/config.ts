/** The lab's config: whether it can be used, what it costs, and whether its region is where Always Free is. */
import type { LabConfig } from "../../config/schema.ts";
import { freeTierUses } from "../../constructs/free-tier/guard.ts";
import { freeTierVerdict } from "../../topology/free-tier.ts";
import type { Topology } from "../../topology/types.ts";
import type { Project } from "../project.ts";
import { built } from "../synth/config.ts";
import { fail, type Finding, ok, warn } from "./finding.ts";

async function freeTier(topology: Topology, project: Project): Promise<Finding> {
  const name = "free tier";
  const { config } = topology;
  const { app, images } = await built(topology, project);
  const { uses, unknown } = freeTierUses(app.stacks, images);
  const over = freeTierVerdict(uses, config.allowPaid).rows.filter((row) => row.over);
  if (over.length === 0 && unknown.length === 0) return ok(name, "inside every Always Free limit");
  const found =
    over.length === 0
      ? `cannot be proved: ${unknown.join("; ")}`
      : `over: ${over.map(({ label, used, allowed, unit }) => `${label} ${used} of ${allowed} ${unit}`.trim()).join(", ")}`;
  if (config.allowPaid) return warn(name, found, "nothing, if the bill is meant: allowPaid accepts it");
  return fail(name, found, over[0]?.advice ?? "write these as numbers, or set allowPaid: true");
}

/** @param profileRegion what the OCI profile says; undefined where it does not */
export function region({ oci }: LabConfig, profileRegion: string | undefined): Finding {
  const name = "region";
  if (oci.homeRegion !== undefined && oci.region !== oci.homeRegion)
    return warn(
      name,
      `${oci.region}, and the home region is ${oci.homeRegion}`,
      "set oci.region to the home region: Always Free resources exist nowhere else",
    );
  if (profileRegion !== undefined && profileRegion !== oci.region)
    return warn(
      name,
      `${oci.region}, and profile ${oci.profile} says ${profileRegion}`,
      `set oci.region to ${profileRegion} if that is your home region`,
    );
  return ok(name, `${oci.region}, taken for the home region`);
}

export async function config(topology: Topology, project: Project): Promise<readonly Finding[]> {
  const { name, preset } = topology.config;
  return [ok("config", `lab ${name}, preset ${preset}`), await freeTier(topology, project)];
}
