import { type Oci, openOci } from "../../cli/clients/oci.ts";
import type { Sandbox } from "../../sandbox/client.ts";

/** The account of a sandbox, by OCI's API, as its one user: what somebody does in Oracle's console. */
export async function accountIn(sandbox: Sandbox): Promise<Oci> {
  const { oci: env } = await sandbox.real();
  const signIn = { auth: "profile", profile: "DEFAULT" } as const;
  return openOci({ region: "eu-frankfurt-1", signIn, env, signal: AbortSignal.timeout(60_000) });
}
