/** Which versions of Talos, Kubernetes and Proxmox VE go together. */

/** Minor versions 1.x, the first and the last. */
interface Minors {
  readonly from: number;
  readonly to: number;
}

/** A minor release of Talos, and the minors of Kubernetes that go with it. */
export interface TalosRelease {
  readonly talos: string;
  /** What it takes in a configuration (siderolabs/talos `pkg/machinery/compatibility`). */
  readonly kubernetes: Minors;
  /** What its support matrix names (siderolabs/docs, support-matrix.mdx; of 1.14 as of its release, 2026-09-03). */
  readonly supported: Minors;
  /** The day on which community support ended, which is that of the next minor release; null: not yet. */
  readonly supportEnded: string | null;
}

/** When the table was last held against its sources. */
export const RELEASES_AS_OF = "2026-11-29";

/** Ends of support: tag v1.13.0 of siderolabs/talos; siderolabs/talos#14229 for 1.14.0. */
export const TALOS_RELEASES: readonly TalosRelease[] = [
  { talos: "1.12", kubernetes: { from: 30, to: 35 }, supported: { from: 30, to: 35 }, supportEnded: "2026-04-27" },
  { talos: "1.13", kubernetes: { from: 31, to: 36 }, supported: { from: 31, to: 36 }, supportEnded: "2026-09-03" },
  { talos: "1.14", kubernetes: { from: 32, to: 37 }, supported: { from: 33, to: 37 }, supportEnded: null },
];

/** `1.13.9` → `1.13`. */
export function minorOf(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}

/** The release that a version belongs to; undefined for one that is not known here. */
export function talosReleaseOf(version: string): TalosRelease | undefined {
  return TALOS_RELEASES.find((release) => release.talos === minorOf(version));
}

const isWithin = (kubernetes: string, { from, to }: Minors): boolean => {
  const minor = Number(kubernetes.split(".")[1]);
  return minor >= from && minor <= to;
};

/** Whether a Talos version runs a Kubernetes version; both already well-formed. */
export function runs(release: TalosRelease, kubernetes: string): boolean {
  return isWithin(kubernetes, release.kubernetes);
}

/** Whether its support matrix names it: fewer than it runs. */
export function supports(release: TalosRelease, kubernetes: string): boolean {
  return isWithin(kubernetes, release.supported);
}
