/** What a machine keeps in its META partition, and client configurations that it signs (siderolabs/talos v1.13.9). */
import { z } from "zod";
import { talosconfig } from "../model/talosconfig.ts";
import { base64 } from "../model/config/secrets.ts";
import { controlPlaneOnly, MachineError } from "../model/machines.ts";
import { newLeaf } from "../../pki/certificate.ts";
import { validity } from "../../pki/validity.ts";
import { ADMIN, type Method, onConfigured } from "./method.ts";

const generateSchema = z.object({
  roles: z.array(z.string()),
  crt_ttl: z.object({ seconds: z.string() }).nullish(),
});

const keySchema = z.number().max(255, { error: "key must be a uint8" });

/** Methods of the machine service about META and certificates of clients. */
export const metaMethods: Readonly<Record<string, Method>> = {
  MetaWrite: onConfigured(ADMIN, ({ entry }, { world }, request) => {
    const { key, value } = z.object({ key: keySchema, value: z.instanceof(Uint8Array) }).parse(request);
    entry.meta = { ...entry.meta, [String(key)]: Buffer.from(value).toString() };
    world.changed();
    return {};
  }),
  MetaDelete: onConfigured(ADMIN, ({ entry }, { world }, request) => {
    const { key } = z.object({ key: keySchema }).parse(request);
    const { [String(key)]: gone, ...rest } = entry.meta ?? {};
    if (gone === undefined) throw new MachineError("NotFound", "meta key not found");
    entry.meta = rest;
    world.changed();
    return {};
  }),
  GenerateClientConfiguration: onConfigured(ADMIN, (machine, { world }, request) => {
    controlPlaneOnly(machine, "generate client configuration");
    const { roles, crt_ttl } = generateSchema.parse(request);
    const seconds = Number(crt_ttl?.seconds ?? 0);
    if (seconds <= 0) throw new MachineError("InvalidArgument", "crt_ttl should be positive");
    const [role = "", ...more] = roles;
    if (more.length > 0) throw new MachineError("Unimplemented", "the sandbox does not play clients of several roles");
    const { authority, cluster } = machine.facts;
    const { certificate, key } = newLeaf(authority, {
      organization: role,
      usage: "client",
      ...validity(new Date(world.now()), seconds / 3600),
    });
    const client = {
      ca_certificate: base64(authority.certificate),
      client_certificate: base64(certificate),
      client_key: base64(key),
    };
    const clusterName = `${role.replace(/^os:/, "")}@${cluster.name}`;
    const text = talosconfig({ clusterName, client, endpoints: [], nodes: [] });
    return {
      ca: Buffer.from(authority.certificate),
      crt: Buffer.from(certificate),
      key: Buffer.from(key),
      talosconfig: Buffer.from(text),
    };
  }),
};
