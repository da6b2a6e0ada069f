/** Console connections: how the serial console of an instance is reached by SSH. The sandbox connects nobody. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { type Resource, type Stored, text } from "../kernel/resource.ts";
import { conflict } from "../model/refusals.ts";
import { requireObject } from "../model/records.ts";

const SERVICE = "Core Instance Console Connection";

const body = z.object({
  instanceId: text,
  publicKey: text.regex(/^ssh-rsa \S+/, "an SSH RSA key is wanted"),
});

/** As `ssh-keygen -E md5` shows it. */
function fingerprint(key: string): string {
  const bytes = Buffer.from(key.split(" ")[1] ?? "", "base64");
  return createHash("md5")
    .update(bytes)
    .digest("hex")
    .replace(/..(?!$)/g, "$&:");
}

declare module "../../world/oci.ts" {
  interface OciTenancy {
    consoleConnections: Stored<z.output<typeof body>>[];
  }
}

/** An instance has one. */
export const consoleConnection: Resource<z.output<typeof body>> = {
  type: "oci_core_instance_console_connection",
  service: SERVICE,
  path: "/20160918/instanceConsoleConnections",
  idType: "instanceconsoleconnection",
  state: "ACTIVE",
  states: { creating: "CREATING", deleting: "DELETED", deleted: "DELETED" },
  without: ["move"],
  body,
  fixed: ["instanceId", "publicKey"],
  hidden: ["publicKey"],
  all: (tenancy) => tenancy.consoleConnections,
  prepare(said, { call, before }) {
    if (before) return said;
    const { instances } = call.world.state.oci;
    return { ...said, compartmentId: requireObject(call, SERVICE, instances, String(said.instanceId)).compartmentId };
  },
  check({ instanceId }, { call, before }) {
    if (!before && call.world.state.oci.consoleConnections.some((other) => other.instanceId === instanceId))
      throw conflict(SERVICE, `The instance ${instanceId} has a console connection already.`, "instance_id");
  },
  inventoryName: ({ instanceId }) => instanceId,
  computed({ id, instanceId, publicKey, region }) {
    const host = `instance-console.${region}.oci.oraclecloud.com`;
    const proxy = `-o ProxyCommand='ssh -W %h:%p -p 443 ${id}@${host}'`;
    return {
      fingerprint: fingerprint(publicKey),
      serviceHostKeyFingerprint: fingerprint(`ssh-rsa ${Buffer.from(host).toString("base64")}`),
      connectionString: `ssh ${proxy} ${instanceId}`,
      vncConnectionString: `ssh ${proxy} -N -L localhost:5900:${instanceId}:5900 ${instanceId}`,
    };
  },
};
