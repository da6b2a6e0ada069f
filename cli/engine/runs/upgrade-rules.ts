/** Which versions of Talos may follow which, and in what order its machines take it. */
import { minorOf, runs, talosReleaseOf, TALOS_RELEASES } from "../../../config/versions.ts";
import type { MachinePlan } from "../../../topology/types.ts";
import { CliError } from "../../ui/errors.ts";
import { list } from "../../ui/words.ts";

/** A machine and the Talos that it runs, without the v. */
export interface Running {
  readonly node: string;
  readonly talos: string;
}

const WELL_FORMED = /^\d+\.\d+\.\d+$/;

const numbers = (version: string): readonly number[] => version.split(".").map(Number);

/** Negative where `a` is the older one. */
function compare(a: string, b: string): number {
  const [left, right] = [numbers(a), numbers(b)];
  const differences = left.map((number, index) => number - (right[index] ?? 0));
  return differences.find((difference) => difference !== 0) ?? 0;
}

/**
 * Refuses what Talos does not support: a version that is unknown here, one that does not run the cluster's Kubernetes, a way
 * back, and a step over a minor version (siderolabs/docs, upgrading-talos: "upgrade from one minor to the next").
 *
 * @param kubernetes each version that a kubelet or the API server runs, without the v
 * @throws CliError in one line
 */
export function checkTalosStep(machines: readonly Running[], to: string, kubernetes: readonly string[]): void {
  const release = WELL_FORMED.test(to) ? talosReleaseOf(to) : undefined;
  if (release === undefined) {
    const known = list(TALOS_RELEASES.map(({ talos }) => talos));
    throw new CliError(`--to: got ${to}, allowed a full version of Talos ${known}, such as 1.14.1`);
  }
  const unsupported = kubernetes.find((version) => !runs(release, version));
  if (unsupported !== undefined)
    throw new CliError(
      `--to: got ${to}, but the cluster runs Kubernetes ${unsupported}, and Talos ${release.talos} runs ` +
        `1.${release.kubernetes.from} to 1.${release.kubernetes.to}: upgrade Kubernetes first`,
    );
  for (const { node, talos } of machines) {
    if (compare(to, talos) < 0)
      throw new CliError(`--to: got ${to}, but ${node} runs ${talos}: an upgrade does not go back`);
    const [, from = 0] = numbers(talos);
    const [, minor = 0] = numbers(to);
    if (minor - from > 1)
      throw new CliError(
        `--to: got ${to}, but ${node} runs ${talos}: Talos goes up one minor version at a time, so to 1.${from + 1} first ` +
          `(it is at ${minorOf(talos)})`,
      );
  }
}

/** Control planes first, each group as the config has it. */
export function upgradeOrder<Plan extends Pick<MachinePlan, "role">>(nodes: readonly Plan[]): readonly Plan[] {
  return [...nodes].sort((a, b) => Number(a.role !== "control-plane") - Number(b.role !== "control-plane"));
}

/** The installer of another version with the same schematic: `…/installer/376567988ad3:v1.13.9` → `…:v1.14.1`. */
export function installerOf(image: string, to: string): string {
  return image.replace(/:v[^:@/]+(@.*)?$/, `:v${to}`);
}
