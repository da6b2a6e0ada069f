/** The account and the machine of somebody who tries a lab: the sandbox's. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { Deadline } from "../../constructs/proxmox/steps/deadline.mjs";
import { PveApi } from "../../constructs/proxmox/steps/pve-client.mjs";
import type { OwnHostAccess, Sandbox } from "../../sandbox/client.ts";
import { sandboxFiles } from "../../sandbox/daemon/files.ts";
import { platformImages } from "../../sandbox/oci/resources/platform-images.ts";
import type { Given } from "./labs-list.ts";

const PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2ZkQfBNCtWDzQ7Cl6PO9DZbLsrKCWXXnGXfnnAcgrL acceptance";

const worldSchema = z.object({ oci: z.object({ adPrefix: z.string() }) });

async function tokenOf({ name, api, address, rootPassword }: OwnHostAccess): Promise<string> {
  const pve = new PveApi({ name, api, address }, rootPassword, new Deadline(30));
  const made = await pve.post("access/users/root@pam/token/acceptance", { privsep: 0 });
  return `root@pam!acceptance=${String(Object(made).value)}`;
}

/** What a user of a lab fills in; their public key is in `home` too. */
export async function givenIn(sandbox: Sandbox, env: Readonly<Record<string, string>>, home: string): Promise<Given> {
  const { oci } = await sandbox.real();
  const variable = (name: string): string => oci[`TF_VAR_${name}`] ?? "";
  const region = variable("region");
  const { adPrefix } = worldSchema.parse(
    JSON.parse(readFileSync(sandboxFiles(env["LAB_HOME"] ?? "").world, "utf8")),
  ).oci;
  const [host] = await sandbox.hosts();
  if (host === undefined) throw new Error("the sandbox has lost its host");
  mkdirSync(join(home, ".ssh"), { recursive: true });
  writeFileSync(join(home, ".ssh", "id_rsa.pub"), PUBLIC_KEY);
  return {
    tenancy: variable("tenancy_ocid"),
    user: variable("user_ocid"),
    fingerprint: variable("fingerprint"),
    keyFile: variable("private_key_path"),
    key: readFileSync(variable("private_key_path"), "utf8"),
    region,
    domain: (number) => `${adPrefix}:${region.toUpperCase()}-AD-${number}`,
    image(name) {
      const found = platformImages(region).find(({ displayName }) => displayName.startsWith(name));
      if (!found) throw new Error(`no image ${name} in ${region}`);
      return found.id;
    },
    publicKey: PUBLIC_KEY,
    host,
    token: await tokenOf(host),
  };
}
