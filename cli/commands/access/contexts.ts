/** `lab kubeconfig` and `lab talosconfig`: the way into the deployed lab, as a file. */
import type { Command } from "commander";
import type { DeliveryOptions, Merged } from "../../clients/context-files.ts";
import type { ContextsKind } from "../../clients/contexts.ts";
import {
  type CommandContext,
  type CommonOptions,
  synthesize,
  withLabLock,
} from "../../engine/synth/command-context.ts";
import type { Lab } from "../../engine/synth/assembly.ts";
import type { Project } from "../../engine/synth/project.ts";
import { type CommandDefinition, inSandbox, json, where } from "../../ui/command.ts";
import { printDocument } from "../../ui/document.ts";
import { CliError } from "../../ui/errors.ts";
import { printInClear } from "../../ui/mask-output.ts";
import { pathOption } from "../../ui/options.ts";
import { near } from "../../ui/words.ts";

/** What either takes. */
interface ContextsOptions extends CommonOptions, DeliveryOptions {}

const STACK = "talos";

/** Port of the API server. */
const API_PORT = 6443;

/** In the sandbox the load balancer has an address for documentation, which leads nowhere: there the tunnel is named. */
async function reachable(kubeconfig: string, { sandbox }: Project, lab: Lab | null): Promise<string> {
  const tunnel = lab?.tunnels.find(({ target }) => target.port === API_PORT);
  if (!sandbox || tunnel === undefined) return kubeconfig;
  const { withServer } = await import("../../clients/contexts.ts");
  return withServer(kubeconfig, `https://127.0.0.1:${tunnel.localPort}`);
}

/** The output of the deployed stack. */
async function deployed(context: CommandContext, kind: ContextsKind, skipSynth: boolean): Promise<string> {
  const { openStates } = await import("../../engine/state/open.ts");
  const { isDeployed, stateOf } = await import("../../engine/state/state.ts");
  const { readStack } = await import("../../engine/terraform/stack.ts");
  const { project } = context;
  const { stacks, lab } = await synthesize(context, skipSynth);
  const info = stacks.find(({ name }) => name === STACK);
  if (info === undefined) throw new CliError(`there is no stack called ${STACK}, which would have a ${kind}`);
  const reader = openStates({ ...context, lab, say: (line) => context.terminal.aside(line) });
  const state = await stateOf(reader, readStack(info, project));
  const value = state.outputs[kind]?.value;
  if (typeof value === "string" && value !== "") return kind === "kubeconfig" ? reachable(value, project, lab) : value;
  const deploy = `npx cdktf deploy${project.sandbox ? " --sandbox" : ""}`;
  throw new CliError(
    isDeployed(state)
      ? `the deploy of ${STACK} did not come to its end, so there is no ${kind} yet: go on with ${deploy}`
      : `${STACK} is not deployed, so there is no ${kind}: ${deploy}`,
  );
}

/**
 * Prints until when the certificate is good.
 *
 * @throws CliError where it has ended: what it is in opens nothing any more
 */
async function printExpiry({ project, terminal }: CommandContext, kind: ContextsKind, text: string): Promise<void> {
  const { certificateFindings, clientCertificateOf, clockOf, hasEnded, renewal } =
    await import("../../engine/checks/certificates.ts");
  const certificate = clientCertificateOf(kind, text);
  if (certificate === null) return;
  const now = await clockOf(project);
  const date = certificate.until.toISOString().slice(0, 10);
  if (hasEnded(certificate, now))
    throw new CliError(
      `the certificate in the ${kind} ended on ${date}, so it opens nothing: ${renewal(project.sandbox)}`,
    );
  for (const { found, advice } of certificateFindings([certificate], now, project.sandbox))
    terminal.aside(`certificate: ${found}${advice === null ? "" : `; to do: ${advice}`}`);
}

function summaryOf(names: string, file: string, merged: Merged | null): string {
  if (merged === null) return `wrote context ${names} to ${near(file)}`;
  if (!merged.changed) return `context ${names} is in ${near(file)} already, as it is`;
  const kept = merged.backup === null ? "" : `; what that was is in ${near(merged.backup)}`;
  return `merged context ${names} into ${near(file)}${kept}`;
}

async function writeOut(kind: ContextsKind, options: ContextsOptions): Promise<number> {
  const { deliveryOf, mergeContextsInto, writeContexts } = await import("../../clients/context-files.ts");
  const { contextNames, mergeTarget } = await import("../../clients/contexts.ts");
  return withLabLock(options, `lab ${kind}`, async (context) => {
    const force = options.force ?? false;
    const delivery = deliveryOf(kind, options, context.project.data, process.stdout.isTTY);
    if (delivery.to === "stdout" && options.json)
      throw new CliError("--stdout, --json: got both, allowed one: a document never holds a secret");
    const text = await deployed(context, kind, options.skipSynth ?? false);
    await printExpiry(context, kind, text);
    if (delivery.to === "stdout") {
      printInClear(text.endsWith("\n") ? text : `${text}\n`);
      return 0;
    }
    const file = delivery.file ?? mergeTarget(kind, text);
    const merged = delivery.to === "merge" ? await mergeContextsInto(kind, file, text, new Date()) : null;
    if (merged === null) await writeContexts(kind, file, text, force, context.interruption.signal);
    const names = contextNames(kind, text, `the lab's ${kind}`);
    if (options.json) printDocument({ file, contexts: names, merged: merged !== null, backup: merged?.backup ?? null });
    else context.terminal.line(summaryOf(names.join(", "), file, merged));
    return 0;
  });
}

/** Of `kubeconfig` and `talosconfig`. */
const contextOptions =
  (usual: string) =>
  (command: Command): Command =>
    json(inSandbox(where(command)))
      .addOption(pathOption("--out <file>", `write it there, readable by you alone (default: .lab/${command.name()})`))
      .addOption(
        pathOption(
          "--merge [file]",
          `add its contexts to a file, by name, and keep a copy of that (default: ${usual})`,
        ),
      )
      .option("--stdout", "print it, for another program; not to a terminal")
      .option("--force", "print it to a terminal; overwrite a file that has other contexts")
      .option("--skip-synth", "take what was synthesized last");

/** `lab kubeconfig` */
export const kubeconfig: CommandDefinition<ContextsOptions> = {
  name: "kubeconfig",
  description: "Write the kubeconfig of the deployed lab to a file",
  examples: ["npx lab kubeconfig", "npx lab kubeconfig --merge", "npx lab kubeconfig --out kubeconfig --sandbox"],
  options: contextOptions("as KUBECONFIG says, or ~/.kube/config"),
  run: (options) => writeOut("kubeconfig", options),
};

/** `lab talosconfig` */
export const talosconfig: CommandDefinition<ContextsOptions> = {
  name: "talosconfig",
  description: "Write the talosconfig of the deployed lab to a file; its endpoints are tunnels",
  examples: ["npx lab talosconfig", "npx lab talosconfig --merge"],
  options: contextOptions("as TALOSCONFIG says, or ~/.talos/config"),
  run: (options) => writeOut("talosconfig", options),
};
