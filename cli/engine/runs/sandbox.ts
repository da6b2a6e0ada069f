/** The sandbox in a run: opens it, configures it, chooses its providers, and checks that its hosts let the admin in. */
import type { Sandbox } from "../../../sandbox/client.ts";
import { asCliError, CliError, messageOf } from "../../ui/errors.ts";
import { API_TOKEN, type Secrets } from "../state/secrets-schema.ts";
import type { Assembly, Lab, StackInfo } from "../synth/assembly.ts";
import type { Environment } from "../synth/environment.ts";
import type { Project } from "../synth/project.ts";
import { goesThroughHosts } from "../synth/stack-order.ts";
import type { Binary } from "../terraform/binary.ts";
import { chooseProviders, type Chosen } from "../terraform/providers.ts";

/** The sandbox of a LAB_HOME, started if it does not run. @throws CliError in one line */
export async function openTheSandbox(home: string): Promise<Sandbox> {
  const { openSandbox } = await import("../../../sandbox/client.ts");
  try {
    return await openSandbox({ labHome: home });
  } catch (error) {
    throw asCliError(error);
  }
}

/**
 * Starts it again should it end under a run: what waits for it is to come to its end. What Terraform had asked it for has no
 * answer; the run fails soon, and the next one goes on from there.
 *
 * @returns what to call when the run ends
 */
export function keepRunning(sandbox: Sandbox, home: string, say: (line: string) => void): () => void {
  let closing = false;
  void sandbox.ended.then(async () => {
    if (closing) return;
    say("the sandbox has ended under this run: started again, for what waits for it to come to its end");
    await openTheSandbox(home).catch((error: unknown) => say(messageOf(error)));
  });
  return () => {
    closing = true;
  };
}

/** What the sandbox says of a port that somebody else has. */
const TAKEN = /^port (\d+) on 127\.0\.0\.1 cannot be opened \(EADDRINUSE\) for the tunnel (.*) of the lab in /;

/** Sets up the tenancy that this lab wants in the sandbox, and opens its tunnels. @throws CliError where a port is taken */
export async function configureSandbox(
  sandbox: Sandbox,
  { account, adminCidrs, homeRegion, tunnels }: Lab,
): Promise<void> {
  try {
    await Promise.all([
      account === undefined ? undefined : sandbox.setAccount(account),
      homeRegion === undefined ? undefined : sandbox.setHomeRegion(homeRegion),
      sandbox.setAdminCidrs(adminCidrs),
      sandbox.setTunnels(tunnels),
    ]);
  } catch (error) {
    const [, port, name] = TAKEN.exec(messageOf(error)) ?? [];
    if (port === undefined) throw asCliError(error);
    const { takenPort } = await import("../../clients/listeners.ts");
    throw new CliError(takenPort(Number(port), `the tunnel ${name}`));
  }
}

/** Has the hosts that a lab finds there put up, with what this sandbox's runs sign in with. @throws CliError in one line */
export async function putUpHosts(
  sandbox: Sandbox,
  existing: NonNullable<Lab["existing"]>,
  secrets: Secrets,
): Promise<void> {
  const { nodes, address, bridge, cidr, gateway: router, storage, imageStorage, auth } = existing;
  const { user = "", name = "", value = "" } = API_TOKEN.exec(secrets.proxmoxToken ?? "")?.groups ?? {};
  const root = { password: secrets.rootPassword, hash: secrets.rootPasswordHash };
  const network = { bridge, cidr, router };
  const token = auth === "token" ? { user, name, value } : null;
  try {
    const signIn = { root: token === null ? root : null, token };
    await sandbox.putUp({ nodes, address, network, storage, imageStorage, ...signIn });
  } catch (error) {
    throw asCliError(error);
  }
}

/** Chooses the providers that play in the sandbox. */
export async function providersOf(
  project: Project,
  product: Binary["product"],
  say: (line: string) => void,
): Promise<Chosen> {
  const { providers: choices, output, run } = project;
  return chooseProviders({ choices, product, output, run, say });
}

/** What terraform or tofu gets of the sandbox. */
export async function sandboxEnvironment(
  sandbox: Sandbox,
  { real, standIns, configFile }: Chosen,
): Promise<Environment> {
  const wire = real.length === 0 ? null : await sandbox.real();
  return {
    ...sandbox.envWith(standIns),
    ...wire?.all,
    ...(real.includes("oci") ? wire?.oci : {}),
    ...(real.includes("talos") ? wire?.talos : {}),
    ...(configFile === undefined ? {} : { TF_CLI_CONFIG_FILE: configFile }),
  };
}

const SSH = 22;

interface Wanted {
  readonly sandbox: Sandbox;
  readonly stack: StackInfo;
  readonly assembly: Assembly;
  readonly project: Project;
  /** It is enough that one host lets us in. @default false */
  readonly some?: boolean;
}

/** @throws CliError where a stack needs hosts that do not let the admin's SSH in, as a real run does when it has waited long */
export async function assertLetIn({ sandbox, stack, assembly, project, some = false }: Wanted): Promise<void> {
  if (!goesThroughHosts(stack, assembly)) return;
  const { address, lockedOutOf, silent } = await sandbox.admin();
  const all = new Set(assembly.lab?.tunnels.flatMap(({ name, via }) => (name === "kubernetes" ? [] : [via])));
  if (some && silent.length + lockedOutOf.length < all.size) return;
  const [quiet] = silent;
  if (quiet !== undefined) {
    const { explainSilence } = await import("../../clients/oci-console.ts");
    const { accountOf } = await import("../synth/oci-account.ts");
    const known = await explainSilence(quiet, (timeout) => accountOf(project, sandbox, timeout), project.run);
    throw new CliError(`${quiet.name} (${quiet.address}) does not let us in: nothing answers there; ${known}`);
  }
  const [first] = lockedOutOf;
  if (first === undefined) return;
  const from = address === null ? "from outside" : `from ${address}`;
  throw new CliError(
    `${first.name} (${first.address}) does not let us in: ${first.port === SSH ? "SSH" : `port ${first.port}`} ${from} is dropped by ${first.by}; ` +
      "`npx lab sandbox admin` says where the sandbox has you come from",
  );
}
