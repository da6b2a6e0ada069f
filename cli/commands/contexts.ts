/** `lab kubeconfig` and `lab talosconfig`: the way into the deployed lab, as a file. */
import { relative } from "node:path";
import { runningSandbox } from "../../sandbox/client.ts";
import { certificateFindings, clientCertificateOf, hasEnded, renewal } from "../contexts/certificates.ts";
import { type DeliveryOptions, deliveryOf, mergeContextsInto, writeContexts } from "../contexts/delivery.ts";
import { type ContextsKind, contextNames } from "../contexts/merge.ts";
import { mergeTarget } from "../contexts/target.ts";
import { CliError } from "../errors.ts";
import { printInClear } from "../masking/filter.ts";
import { openStates } from "../state/open.ts";
import { readStack } from "../terraform/stack.ts";
import { isDeployed, stateOf } from "../terraform/state.ts";
import { printDocument } from "./document.ts";
import { synthesize } from "../synth/synthesize.ts";
import { atWork, type CommonOptions, type Workplace } from "./workplace.ts";

/** What either takes. */
export interface ContextsOptions extends CommonOptions, DeliveryOptions {}

const STACK = "talos";

/** The output of the deployed stack. */
async function deployed(place: Workplace, kind: ContextsKind, skipSynth: boolean): Promise<string> {
  const { project } = place;
  const { stacks, lab } = await synthesize(place, skipSynth);
  const info = stacks.find(({ name }) => name === STACK);
  if (info === undefined) throw new CliError(`there is no stack called ${STACK}, which would have a ${kind}`);
  const reader = openStates({ ...place, lab, say: (line) => place.terminal.aside(line) });
  const state = await stateOf(reader, readStack(info, project));
  const value = state.outputs[kind]?.value;
  if (typeof value === "string" && value !== "") return value;
  const deploy = `npx cdktf deploy oci proxmox talos${project.sandbox ? " --sandbox" : ""}`;
  throw new CliError(
    isDeployed(state)
      ? `the deploy of ${STACK} did not come to its end, so there is no ${kind} yet: go on with ${deploy}`
      : `${STACK} is not deployed, so there is no ${kind}: ${deploy}`,
  );
}

/**
 * Tells until when the certificate is good.
 *
 * @throws CliError where it has ended: what it is in opens nothing any more
 */
async function tellTerm({ project, terminal }: Workplace, kind: ContextsKind, text: string): Promise<void> {
  const certificate = clientCertificateOf(kind, text);
  if (certificate === null) return;
  const sandbox = project.sandbox ? await runningSandbox(project.home) : null;
  const now = sandbox === null ? new Date() : await sandbox.clock();
  const date = certificate.until.toISOString().slice(0, 10);
  if (hasEnded(certificate, now))
    throw new CliError(
      `the certificate in the ${kind} ended on ${date}, so it opens nothing: ${renewal(project.sandbox)}`,
    );
  for (const { found, advice } of certificateFindings([certificate], now, project.sandbox))
    terminal.aside(`certificate: ${found}${advice === null ? "" : `; to do: ${advice}`}`);
}

/** A path as short as it can be said. */
function shown(file: string): string {
  const near = relative("", file);
  return near.startsWith("..") ? file : near;
}

function told(names: string, file: string, merged: Awaited<ReturnType<typeof mergeContextsInto>> | null): string {
  if (merged === null) return `wrote context ${names} to ${shown(file)}`;
  if (!merged.changed) return `context ${names} is in ${shown(file)} already, as it is`;
  const kept = merged.backup === null ? "" : `; what that was is in ${shown(merged.backup)}`;
  return `merged context ${names} into ${shown(file)}${kept}`;
}

function contexts(kind: ContextsKind): (options: ContextsOptions) => Promise<number> {
  return (options) =>
    atWork(options, `lab ${kind}`, async (place) => {
      const force = options.force ?? false;
      const delivery = deliveryOf(kind, options, place.project.data, process.stdout.isTTY);
      if (delivery.to === "stdout" && options.json)
        throw new CliError("--stdout, --json: got both, allowed one: a document never holds a secret");
      const text = await deployed(place, kind, options.skipSynth ?? false);
      await tellTerm(place, kind, text);
      if (delivery.to === "stdout") {
        printInClear(text.endsWith("\n") ? text : `${text}\n`);
        return 0;
      }
      const file = delivery.file ?? mergeTarget(kind, text);
      const merged = delivery.to === "merge" ? await mergeContextsInto(kind, file, text, new Date()) : null;
      if (merged === null) await writeContexts(kind, file, text, force, place.interruption.signal);
      const names = contextNames(kind, text, `the lab's ${kind}`);
      if (options.json)
        printDocument({ file, contexts: names, merged: merged !== null, backup: merged?.backup ?? null });
      else place.terminal.line(told(names.join(", "), file, merged));
      return 0;
    });
}

export const kubeconfig = contexts("kubeconfig");
export const talosconfig = contexts("talosconfig");
