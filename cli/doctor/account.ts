/** Service limits and capacity: the sandbox tells its own; a real account is not asked. */
import { runningSandbox } from "../../sandbox/client.ts";
import { type Finding, ok, warn } from "./finding.ts";

type Limits = readonly { readonly name: string; readonly used: number; readonly limit: number }[];

/** @param limits as the sandbox's tenancy has them; null where none was asked */
export function serviceLimits(limits: Limits | null, sandbox: boolean): readonly Finding[] {
  const name = "service limits";
  const capacity = sandbox
    ? ok("capacity", "the sandbox's hosts have room, unless a fault says otherwise: npx lab sandbox fault list")
    : warn(
        "capacity",
        "not asked",
        "deploy again later if OCI says Out of host capacity: it tells only when an instance is created",
      );
  if (limits === null) {
    const advice = sandbox
      ? "start it to ask it: npx lab sandbox start"
      : "see Limits, Quotas and Usage in the console: standard-a1-core-count must have room for the hosts";
    return [warn(name, "not asked", advice), capacity];
  }
  const full = limits.filter(({ used, limit }) => used > limit);
  if (full.length === 0) return [ok(name, `the sandbox's tenancy is inside all ${limits.length}`), capacity];
  const over = full.map(({ name: each, used, limit }) => `${each} ${used} of ${limit}`).join(", ");
  return [warn(name, `over: ${over}`, "destroy what is too much: nothing more can be created"), capacity];
}

export async function account(home: string, sandbox: boolean): Promise<readonly Finding[]> {
  const running = sandbox ? await runningSandbox(home) : null;
  return serviceLimits(running === null ? null : (await running.overview()).oci.limits, sandbox);
}
