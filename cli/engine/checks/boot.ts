/** Checks whether an instance has booted, by its serial console: `lab doctor --boot HOST`. */
import { z } from "zod";
import { accountIn } from "../../../config/sign-in.ts";
import { openSandbox } from "../../../sandbox/client.ts";
import type { CloudTopology } from "../../../topology/types.ts";
import { bootOf, consoleOf } from "../../clients/oci-console.ts";
import { hostsOf } from "../../clients/oci-limits.ts";
import { compartmentsNamed } from "../../clients/oci-objects.ts";
import type { Oci } from "../../clients/oci.ts";
import { CliError } from "../../ui/errors.ts";
import { fail, type Finding, ok, warn } from "../../ui/findings.ts";
import { openAccount } from "../synth/oci-account.ts";
import type { Project } from "../synth/project.ts";

/** How long OCI may take to capture a console, in milliseconds. */
export const BOOT_MS = 90_000;

const NAME = "boot";
const DEPLOY = "npx cdktf deploy oci";
const instance = z.object({ id: z.string(), displayName: z.string(), lifecycleState: z.string() });

/** By its id where the config has one, else by its name. */
async function compartmentOf(account: Oci, { config }: CloudTopology): Promise<string | null> {
  const wanted = accountIn(config).compartment;
  if ("id" in wanted) return wanted.id;
  const found = await compartmentsNamed(account, wanted.create);
  return found.find(({ lifecycleState }) => lifecycleState === "ACTIVE")?.id ?? null;
}

/** @throws CliError for a host that the config does not have */
export async function boot(host: string, plan: CloudTopology, project: Project): Promise<readonly Finding[]> {
  const names = [...hostsOf(plan).map((each) => each.host), ...(plan.micro === null ? [] : [plan.micro.name])];
  if (!names.includes(host)) throw new CliError(`--boot: got ${host}, allowed ${names.join(", ")}`);
  const sandbox = project.sandbox ? await openSandbox({ labHome: project.home }) : null;
  const account = await openAccount(plan.config, sandbox, AbortSignal.timeout(BOOT_MS));
  const compartmentId = await compartmentOf(account, plan);
  const path = `/20160918/instances?compartmentId=${compartmentId}&displayName=${encodeURIComponent(host)}`;
  const all = compartmentId === null ? [] : await account.list("compute", path, instance);
  const found = all.find(({ lifecycleState }) => !lifecycleState.startsWith("TERMINAT"));
  if (found === undefined) return [fail(NAME, `OCI has no instance ${host} in the lab's compartment`, DEPLOY)];
  if (found.lifecycleState !== "RUNNING") return [fail(NAME, `OCI has ${host} ${found.lifecycleState}`, DEPLOY)];
  const { booted, means } = bootOf(await consoleOf(account, found.id));
  const said = `${host}: ${means}`;
  if (booted === true) return [ok(NAME, said)];
  if (booted === null) return [warn(NAME, said, `npx lab doctor --boot ${host} again in some minutes`)];
  return [fail(NAME, said, '"A host that does not boot" in docs/troubleshooting.md says what to try')];
}
