/** A sandbox with Proxmox VE hosts of its own, x86-64 with KVM as the machines of other projects' authors are. */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Deadline } from "../../constructs/proxmox/steps/deadline.mjs";
import { PveApi } from "../../constructs/proxmox/steps/pve-client.mjs";
import { openSandbox, type OwnHostAccess } from "../../sandbox/client.ts";
import type { Place } from "./suite.ts";

/** As `npx lab sandbox host add` takes it. */
export const HOST = { name: "pve", cpus: 16, memoryGb: 64, diskGb: 1000 };

export const SECOND = { name: "pve2", cpus: 8, memoryGb: 32, diskGb: 500 };

type Env = Readonly<Record<string, string>>;

/** Root's API of a host. */
export const apiOf = ({ name, api, address, rootPassword }: OwnHostAccess, deadline: Deadline): PveApi =>
  new PveApi({ name, api, address }, rootPassword, deadline);

/** A host by its name. */
export function named(made: readonly OwnHostAccess[], { name }: { readonly name: string }): OwnHostAccess {
  const found = made.find((each) => each.name === name);
  if (found === undefined) throw new Error(`the sandbox has no host ${name}`);
  return found;
}

/** Makes a cluster of both hosts, and waits for its quorum. */
export async function formCluster(made: readonly OwnHostAccess[]): Promise<void> {
  const [first, second] = [named(made, HOST), named(made, SECOND)];
  const deadline = new Deadline(60);
  const leader = apiOf(first, deadline);
  await leader.task(String(await leader.post("cluster/config", { clustername: "acceptance" })));
  const { nodelist } = Object(await leader.get("cluster/config/join"));
  const fingerprint = String(Object(Object(nodelist)[0]).pve_fp);
  const form = { hostname: first.address, fingerprint, password: first.rootPassword };
  await apiOf(second, deadline).post("cluster/config/join", form);
  await deadline.until("the second host to be a member", async () => {
    const found: unknown = await leader.get("cluster/status");
    const all = Array.isArray(found) ? found.map((each) => Object(each)) : [];
    return all.filter((each) => each.online === 1).length === 2 && all.some((each) => each.quorate === 1)
      ? true
      : undefined;
  });
}

/**
 * Opens one.
 *
 * @param prepare what the hosts have before the first function runs; returns the environment of a function, which is given
 * the hosts as they are found then: their ports change
 */
export async function openPve(
  hosts: readonly (typeof HOST)[],
  prepare: (made: readonly OwnHostAccess[]) => Promise<(hosts: readonly OwnHostAccess[]) => Env>,
): Promise<Place> {
  const labHome = mkdtempSync(join(tmpdir(), "ampere-lab-acceptance-"));
  const [used, saved] = [join(labHome, ".sandbox"), join(labHome, "saved")];
  const sandbox = await openSandbox({ labHome });
  const made: OwnHostAccess[] = [];
  for (const host of hosts) made.push(await sandbox.addHost(host));
  const envOf = await prepare(made);
  const stop = async (): Promise<void> => (await openSandbox({ labHome })).stop();
  await stop();
  cpSync(used, saved, { recursive: true });
  return {
    async fresh() {
      await stop();
      rmSync(used, { recursive: true });
      cpSync(saved, used, { recursive: true });
      return envOf(await (await openSandbox({ labHome })).hosts());
    },
    async close() {
      await stop();
      rmSync(labHome, { recursive: true, force: true });
    },
  };
}
