/** Which Talos the sandbox plays, and which Kubernetes runs on it. */
import { runs, TALOS_RELEASES, talosReleaseOf } from "../../../../config/versions.ts";
import { ConfigError } from "./value.ts";

/** What the provider takes where the configuration says nothing (0.11.0). */
export const defaultTalosVersion = "v1.13";
/** What siderolabs/talos 0.11.0 takes where none is said. */
export const defaultKubernetesVersion = "1.36.0";

const wellFormed = /^v?\d+\.\d+(\.\d+)?([-+].*)?$/;

/** `v1.13.9` → `1.13.9` */
export function bareVersion(text: string): string {
  return text.replace(/^v/, "");
}

/**
 * Throws for a version that is not one, or whose defaults the sandbox cannot write: those of Talos 1.12 to 1.14 are the
 * same to provider 0.11.0 (pkg/machinery/config/contract.go, v1.13.0), older ones differ.
 */
export function checkTalosVersion(text: string): void {
  if (!wellFormed.test(text)) throw new ConfigError(`talos_version must be a version such as v1.13, got "${text}"`);
  if (talosReleaseOf(bareVersion(text))) return;
  const known = TALOS_RELEASES.map((release) => release.talos).join(", ");
  throw new ConfigError(`the sandbox plays Talos ${known}, got talos_version "${text}"`);
}

/** Throws for a version that is not one, or that this Talos does not run. */
export function checkKubernetesVersion(kubernetes: string, talos: string): void {
  if (!wellFormed.test(kubernetes)) {
    throw new ConfigError(`kubernetes_version must be a version such as 1.36.3, got "${kubernetes}"`);
  }
  const release = talosReleaseOf(bareVersion(talos));
  if (!release) return;
  const [major] = bareVersion(kubernetes).split(".");
  if (major === "1" && runs(release, bareVersion(kubernetes))) return;
  const { from, to } = release.kubernetes;
  throw new ConfigError(`Talos ${release.talos} runs Kubernetes 1.${from} to 1.${to}, got "${kubernetes}"`);
}

/** The version in an image reference: `ghcr.io/siderolabs/kubelet:v1.36.3` → `1.36.3`; "" without one. */
export function imageVersion(reference: string): string {
  return /:v([^:@/]+)(@.*)?$/.exec(reference)?.[1] ?? "";
}

/** Negative when `a` is the older minor version. */
export function compareVersions(a: string, b: string): number {
  const parts = (text: string): readonly number[] => bareVersion(text).split(".").map(Number);
  const [left, right] = [parts(a), parts(b)];
  return (left[0] ?? 0) - (right[0] ?? 0) || (left[1] ?? 0) - (right[1] ?? 0);
}
