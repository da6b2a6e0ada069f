/** Opens the account that a lab is deployed to, and asks it for regions and domains. */
import { z } from "zod";
import type { LabConfig } from "../../../config/schema.ts";
import { accountIn, signInOf } from "../../../config/sign-in.ts";
import type { Sandbox } from "../../../sandbox/client.ts";
import { type Oci, OciError, openOci } from "../../clients/oci.ts";
import { definedOnly } from "./environment.ts";
import type { Project } from "./project.ts";
import { configOf } from "./config.ts";

/**
 * The real one, as the config signs in; the sandbox's by the key that it made, and nothing of the environment.
 *
 * @throws Error in one line for credentials that are missing or wrong; nobody is asked yet
 */
export async function openAccount(config: LabConfig, sandbox: Sandbox | null, signal: AbortSignal): Promise<Oci> {
  const oci = accountIn(config);
  if (sandbox === null)
    return openOci({ region: oci.region, signIn: signInOf(oci), env: definedOnly(process.env), signal });
  return openOci({
    region: oci.region,
    signIn: { auth: "profile", profile: "DEFAULT" },
    env: (await sandbox.real()).oci,
    signal,
    clockAheadMs: (await sandbox.clock()).getTime() - Date.now(),
  });
}

/** The same for the lab whose config a project has. @throws Error in one line */
export async function accountOf(project: Project, sandbox: Sandbox | null, signal: AbortSignal): Promise<Oci> {
  return openAccount(await configOf(project), sandbox, signal);
}

const subscription = z.object({ regionName: z.string(), isHomeRegion: z.boolean() });

/** The home region's name, such as `eu-frankfurt-1`; the first call of an account shows whether it takes our key. */
export async function homeRegionOf(account: Oci): Promise<string> {
  const path = `/20160918/tenancies/${account.tenancy}/regionSubscriptions`;
  const home = (await account.list("identity", path, subscription)).find(({ isHomeRegion }) => isHomeRegion);
  if (home === undefined) throw new OciError("the tenancy names no home region", null);
  return home.regionName;
}

/** Numbers of the availability domains that have a shape, out of their names. */
export async function domainsWith(account: Oci, shape: string, domains: readonly string[]): Promise<readonly number[]> {
  const found = await Promise.all(
    domains.map(async (domain, index) => {
      const path = `/20160918/shapes?compartmentId=${account.tenancy}&availabilityDomain=${encodeURIComponent(domain)}`;
      const shapes = await account.list("compute", path, z.object({ shape: z.string() }));
      return shapes.some((each) => each.shape === shape) ? [index + 1] : [];
    }),
  );
  return found.flat();
}

/** Names of the region's availability domains, with the tenancy's own prefix: `Uocm:EU-FRANKFURT-1-AD-1`. */
export async function availabilityDomainsOf(account: Oci): Promise<readonly string[]> {
  const path = `/20160918/availabilityDomains?compartmentId=${account.tenancy}`;
  return (await account.list("identity", path, z.object({ name: z.string() }))).map(({ name }) => name);
}
