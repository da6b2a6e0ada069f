/** Opens the way to real hosts: tunnels to their public addresses, for stacks that need them. */
import { z } from "zod";
import type { Tunnel } from "../../../topology/types.ts";
import { announceTunnels, heldTunnels, shareTunnels } from "../../clients/held-tunnels.ts";
import { explainSilence } from "../../clients/oci-console.ts";
import { tenancyOf } from "../../clients/oci.ts";
import { writeSshFiles } from "../../clients/ssh.ts";
import { openTunnels, type OpenTunnels } from "../../clients/tunnels.ts";
import { CliError } from "../../ui/errors.ts";
import { list } from "../../ui/words.ts";
import type { Secrets } from "../state/secrets-schema.ts";
import { stateOf, type StateReader, type StateResource } from "../state/state.ts";
import type { Assembly, Lab, StackInfo } from "../synth/assembly.ts";
import { baseEnvironment, type Environment } from "../synth/environment.ts";
import { accountOf } from "../synth/oci-account.ts";
import type { Project } from "../synth/project.ts";
import { readStack } from "../terraform/stack.ts";
import { goesThroughHosts, HOSTS_STACK } from "../synth/stack-order.ts";

/** The output of the hosts' stack with their public addresses. */
const ADDRESSES_OUTPUT = "host_public_ips";

/** A new host boots, grows its volume and gets its keys in this time. */
const PATIENCE_MS = 15 * 60_000;
const RETRY_MS = 3000;

const addresses = z.record(z.string(), z.ipv4());

/** How tunnels are opened. */
export interface OpenOptions {
  /** How long a host that does not answer is tried. @default - as long as a new one takes to boot */
  readonly patienceMs?: number;
  /** Goes on without hosts that do not let us in, as long as one does. @default false - all have to */
  readonly some?: boolean;
  /** Some of the lab's, to be held until closed; other runs go through them, and one that is cut is tried for ever. */
  readonly hold?: readonly Tunnel[];
}

/** The way to real hosts, until closed. */
export interface Access {
  /** Terraform variables that come from the account's own configuration. */
  variables(env: Environment): Environment;
  /** Opens the tunnels if the stack talks to what runs on the hosts. */
  open(stack: StackInfo, options?: OpenOptions): Promise<void>;
  close(): void;
}

/** What it takes to reach them. */
export interface AccessOptions {
  readonly project: Project;
  readonly lab: Lab;
  readonly assembly: Assembly;
  readonly secrets: Secrets;
  readonly reader: StateReader;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** The hosts' public addresses as the oci stack put them out; an object, or the same as JSON text. */
export function hostAddresses(output: unknown): Readonly<Record<string, string>> {
  try {
    return addresses.parse(typeof output === "string" ? JSON.parse(output) : output);
  } catch {
    throw new CliError(
      `stack ${HOSTS_STACK} has no output ${ADDRESSES_OUTPUT} with the hosts' addresses: deploy it first`,
    );
  }
}

/** OCID of the host's instance. */
function instanceOf(host: string, resources: readonly StateResource[]): string | null {
  const found = resources.find(
    ({ type, attributes }) => type === "oci_core_instance" && attributes["display_name"] === host,
  );
  const id = found?.attributes["id"];
  return typeof id === "string" ? id : null;
}

/** What OCI knows of a host that does not let us in, in a sentence. */
async function explain(
  name: string,
  resources: readonly StateResource[],
  project: Project,
  signal: AbortSignal,
): Promise<string> {
  const instanceId = instanceOf(name, resources);
  if (instanceId === null) return `the state of ${HOSTS_STACK} has no instance of this name`;
  const account = (timeout: AbortSignal) => accountOf(project, null, AbortSignal.any([signal, timeout]));
  return explainSilence({ name, instanceId }, account, project.run);
}

/** Tunnels to real hosts, opened when the first stack needs them and kept until closed. */
export function realAccess({ project, lab, assembly, secrets, reader, signal, say }: AccessOptions): Access {
  let opening: Promise<OpenTunnels> | undefined;
  let opened: OpenTunnels | undefined;
  const hosts = assembly.stacks.find(({ name }) => name === HOSTS_STACK);
  /** Hosts that were there before are where the config says; of others stack oci knows it. */
  const whereabouts = async (): Promise<{
    addresses: Readonly<Record<string, string>>;
    resources: readonly StateResource[];
  }> => {
    if (hosts === undefined) return { addresses: {}, resources: [] };
    const { outputs, resources } = await stateOf(reader, readStack(hosts, project));
    return { addresses: hostAddresses(outputs[ADDRESSES_OUTPUT]?.value), resources };
  };
  const open = async ({ patienceMs = PATIENCE_MS, some = false, hold }: OpenOptions): Promise<OpenTunnels> => {
    const { addresses, resources } = await whereabouts();
    const tunnels = hold ?? lab.tunnels;
    const held = heldTunnels(project.data);
    if (held !== null && hold !== undefined)
      throw new CliError(`lab tunnel holds them already (process ${held.pid}, since ${held.since})`);
    if (held !== null) {
      say(`going through the tunnels that lab tunnel holds (process ${held.pid})`);
      return shareTunnels(held, tunnels, addresses, { patienceMs, some, signal });
    }
    say(`opening the tunnels to ${list([...new Set(tunnels.map(({ via }) => via))])}`);
    const opened = await openTunnels({
      tunnels,
      addresses,
      files: writeSshFiles(project.data, secrets),
      logs: project.run,
      env: baseEnvironment(project),
      signal,
      say,
      patienceMs,
      some,
      retryMs: RETRY_MS,
      ...(hosts !== undefined && { explain: (name: string) => explain(name, resources, project, signal) }),
      ...(hold === undefined ? {} : { reopenPatienceMs: Infinity }),
    });
    if (hold === undefined) return opened;
    const forget = announceTunnels(project.data, tunnels, addresses);
    return {
      close() {
        forget();
        opened.close();
      },
    };
  };
  return {
    variables(env) {
      if (lab.existing !== undefined) return {};
      const signIn = lab.signIn ?? { auth: "profile", profile: env["OCI_CLI_PROFILE"] ?? "DEFAULT" };
      const tenancy = tenancyOf(signIn, env);
      if (tenancy === undefined && !("profile" in signIn))
        throw new CliError(`TF_VAR_tenancy_ocid is not set: oci.auth "${signIn.auth}" takes the tenancy from there`);
      return tenancy === undefined ? {} : { tenancy_ocid: tenancy };
    },
    async open(stack, options = {}) {
      if (lab.tunnels.length === 0) return;
      if (!goesThroughHosts(stack, assembly)) return;
      opened = await (opening ??= open(options));
    },
    close: () => opened?.close(),
  };
}
