/** Refuses to work on a stack whose dependencies are not met, and names what a change of versions does. */
import { TALOS_RELEASES } from "../../../config/versions.ts";
import { CliError } from "../../ui/errors.ts";
import { list } from "../../ui/words.ts";
import { isDeployed, type State, stateOf } from "../state/state.ts";
import type { StackInfo } from "../synth/assembly.ts";
import { downstreamOf, upstreamOf } from "../synth/stack-order.ts";
import type { Session } from "./session.ts";

/** Whether a stack has anything in its state. */
async function deployed(session: Session, stack: StackInfo): Promise<boolean> {
  return isDeployed(await stateOf(session, session.stack(stack)));
}

/** The stacks that `stack` reads from and that are not deployed, but for those in `coming`. */
async function missingUpstream(
  session: Session,
  stack: StackInfo,
  coming: readonly StackInfo[] = [],
): Promise<readonly string[]> {
  const upstream = session.assembly.stacks.filter(({ name }) => stack.dependencies.includes(name));
  const absent = await Promise.all(
    upstream.map(async (each) => (coming.includes(each) || (await deployed(session, each)) ? [] : [each.name])),
  );
  return absent.flat();
}

/**
 * Reads the states that these stacks read, so that all that is secret there is masked in the plans, which have it in clear.
 * For where nothing else reads them; one that cannot be read is reported when it is needed.
 */
export async function learnUpstream(session: Session, stacks: readonly StackInfo[]): Promise<void> {
  const upstream = new Set(stacks.flatMap((stack) => upstreamOf(stack, session.assembly.stacks)));
  await Promise.allSettled([...upstream].map((each) => stateOf(session, session.stack(each))));
}

/** A stack to be deployed needs the outputs of the ones before it. */
export async function requireUpstream(session: Session, stacks: readonly StackInfo[]): Promise<void> {
  for (const stack of stacks) {
    const missing = await missingUpstream(session, stack, stacks);
    if (missing.length === 0) continue;
    const named = [...missing, ...stacks.map(({ name }) => name)].join(" ");
    throw new CliError(
      `${stack.name} reads the outputs of ${list(missing)}, not deployed yet: name it too, as in ` +
        `\`cdktf deploy ${named}\` (--ignore-missing-stack-dependencies goes on without it)`,
    );
  }
}

/** A stack to be destroyed must not be read by one that stays. */
export async function requireNoDownstream(session: Session, stacks: readonly StackInfo[]): Promise<void> {
  for (const stack of stacks) {
    for (const reader of downstreamOf(stack, session.assembly.stacks)) {
      if (stacks.includes(reader) || !(await deployed(session, reader))) continue;
      throw new CliError(
        `${reader.name} still reads the outputs of ${stack.name}: name it too, as in ` +
          `\`cdktf destroy ${[...stacks.map(({ name }) => name), reader.name].join(" ")}\` (--ignore-missing-stack-dependencies goes on anyway)`,
      );
    }
  }
}

/** `1.36.3` → 36 */
const minorOf = (version: string): number => Number(version.split(".")[1]);

/** What the attributes of a type of resource say, at the first place where they say it. */
function findText({ resources }: State, type: string, pattern: RegExp): string | undefined {
  const texts = resources
    .filter((resource) => resource.type === type)
    .flatMap(({ attributes }) => Object.values(attributes).filter((value) => typeof value === "string"));
  return texts.map((text) => pattern.exec(text)?.[1]).find((version) => version !== undefined);
}

/** The Talos that the images of the last deploy boot, where there are machines. */
export function talosIn(proxmox: State): string | undefined {
  if (!proxmox.resources.some(({ type }) => type === "proxmox_virtual_environment_vm")) return undefined;
  return findText(proxmox, "proxmox_download_file", /\/image\/\w+\/v([^/]+)\//);
}

/** The Talos of the image that instances of the last deploy boot; none where somebody imported it by hand. */
export function talosOnInstances(oci: State): string | undefined {
  return findText(oci, "oci_core_image", /-talos-([\w.-]+)-oracle-/);
}

/** The Kubernetes that the last deploy configured. */
export function kubernetesIn(talos: State): string | undefined {
  return findText(talos, "talos_machine_configuration_apply", /\/kubelet:v([\w.-]+)/);
}

/** What another version of Talos in the config does: nothing to machines that exist. */
export function talosNote(before: string, after: string): string {
  return (
    `note: versions.talos ${before} → ${after} upgrades no machine: those that exist keep their Talos until ` +
    `\`npx lab upgrade talos\`, new ones boot ${after}`
  );
}

/** @throws CliError for a step that Kubernetes does not take */
export function kubernetesNote(before: string, after: string): string {
  const step = minorOf(after) - minorOf(before);
  if (step < 0 || step > 1) {
    const [now, newest] = [minorOf(before), Math.max(...TALOS_RELEASES.map(({ kubernetes }) => kubernetes.to))];
    const allowed = now < newest ? `1.${now} or 1.${now + 1}` : `1.${now}`;
    throw new CliError(
      `versions.kubernetes: got ${after}, allowed ${allowed} ` +
        `(the cluster runs ${before}; Kubernetes goes up one minor version at a time, and not down)`,
    );
  }
  return (
    `note: versions.kubernetes ${before} → ${after} restarts kubelets and control plane of all machines at once, ` +
    "undrained, and leaves kube-proxy and CoreDNS as they are; `talosctl upgrade-k8s` goes node by node and takes them along"
  );
}

/**
 * One line for each version that the chosen stacks would change.
 *
 * @throws CliError for a step that Kubernetes does not take
 */
export async function checkUpgrades(session: Session, stacks: readonly StackInfo[]): Promise<void> {
  const versions = session.assembly.lab?.versions;
  if (versions === undefined) return;
  const facts = [
    { stack: "proxmox", read: talosIn, wanted: versions.talos, note: talosNote },
    { stack: "oci", read: talosOnInstances, wanted: versions.talos, note: talosNote },
    { stack: "talos", read: kubernetesIn, wanted: versions.kubernetes, note: kubernetesNote },
  ];
  for (const { stack, read, wanted, note } of facts) {
    const info = stacks.find(({ name }) => name === stack);
    const before = info && read(await stateOf(session, session.stack(info)));
    if (before !== undefined && before !== wanted) session.terminal.aside(note(before, wanted));
  }
}
