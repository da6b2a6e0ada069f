/** Which versions of Talos, Kubernetes and Proxmox VE go together. */

/** A minor release of Talos, and the minors of Kubernetes that it runs. */
interface TalosRelease {
  readonly talos: string;
  readonly kubernetes: { readonly from: number; readonly to: number };
}

/**
 * Kubernetes minor versions (1.x) that each Talos minor version runs.
 * Source: siderolabs/talos `pkg/machinery/compatibility`, read 2026-09.
 */
export const TALOS_RELEASES: readonly TalosRelease[] = [
  { talos: "1.12", kubernetes: { from: 30, to: 35 } },
  { talos: "1.13", kubernetes: { from: 31, to: 36 } },
  { talos: "1.14", kubernetes: { from: 32, to: 37 } },
];

/** `1.13.9` → `1.13`. */
export function minorOf(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}

/** The release that a version belongs to; undefined for one that is not known here. */
export function talosReleaseOf(version: string): TalosRelease | undefined {
  return TALOS_RELEASES.find((release) => release.talos === minorOf(version));
}

/** Whether a Talos version runs a Kubernetes version; both already well-formed. */
export function runs(release: TalosRelease, kubernetes: string): boolean {
  const minor = Number(kubernetes.split(".")[1]);
  return minor >= release.kubernetes.from && minor <= release.kubernetes.to;
}
