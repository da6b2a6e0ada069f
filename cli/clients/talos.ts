/** Talos' API of one machine, asked by gRPC with the certificate out of a talosconfig. */
import { join } from "node:path";
import { type Client, credentials, makeGenericClientConstructor, type ServiceError, status } from "@grpc/grpc-js";
import { loadSync, type ServiceDefinition } from "@grpc/proto-loader";
import { z } from "zod";
import { parseYaml } from "../../config/yaml.ts";
import { CliError } from "../ui/errors.ts";
import { visibleLine } from "../ui/visible.ts";

/** PEM, as grpc-js takes it. */
export interface TalosAdmin {
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface EtcdMember {
  readonly id: string;
  readonly hostname: string;
  readonly isLearner: boolean;
}

export interface EtcdStatus {
  readonly memberId: string;
  /** 0 while there is none. */
  readonly leader: string;
  /** Alarms, such as that the disk is full. */
  readonly errors: readonly string[];
}

/** A service of Talos, such as `etcd`. */
export interface TalosService {
  readonly id: string;
  /** `Running`, or what it does instead: `Preparing`, `Waiting`, `Failed`. */
  readonly state: string;
}

/** What a machine reports of itself. Each call throws an Error in one line. */
export interface TalosMachine {
  /** `v1.13.9` */
  version(): Promise<string>;
  etcdMembers(): Promise<readonly EtcdMember[]>;
  etcdStatus(): Promise<EtcdStatus>;
  services(): Promise<readonly TalosService[]>;
  /** Size of the disk that Talos is on, in bytes; null where it reports none. */
  systemDiskBytes(): Promise<number | null>;
  close(): void;
}

/** What an operator does to a machine. */
export interface TalosOperator extends TalosMachine {
  /** All of etcd, as a control plane has it. */
  etcdSnapshot(): Promise<Buffer>;
  /** Has it fetch an installer and, once it has answered, install it and reboot. The data of the machine stay. */
  upgrade(image: string): Promise<void>;
}

const CALL_MS = 5000;
/** An installer of 100 MB is fetched before the answer. */
const UPGRADE_MS = 600_000;
const SNAPSHOT_MS = 300_000;

const base64 = z.string().transform((text) => Buffer.from(text, "base64"));
const talosconfig = z.object({
  context: z.string(),
  contexts: z.record(z.string(), z.object({ ca: base64, crt: base64, key: base64 })),
});

/** Talos names the key's type in the label, where OpenSSL knows PKCS #8 by another. */
function forOpenssl(key: Buffer): Buffer {
  return Buffer.from(key.toString().replaceAll("ED25519 PRIVATE KEY", "PRIVATE KEY"));
}

/** @throws CliError that repeats nothing of it: it is a secret */
export function readTalosconfig(text: string): TalosAdmin {
  const read = talosconfig.safeParse(parseYaml(text));
  const context = read.success ? read.data.contexts[read.data.context] : undefined;
  if (context === undefined)
    throw new CliError("the talosconfig among the outputs of stack talos cannot be read: deploy talos again");
  return { ca: context.ca, cert: context.crt, key: forOpenssl(context.key) };
}

const clientConfiguration = z.object({ ca_certificate: base64, client_certificate: base64, client_key: base64 });

/**
 * The administrator of a cluster, by the `client_configuration` of its `talos_machine_secrets`.
 *
 * @returns null where it is something else
 */
export function readClientConfiguration(value: unknown): TalosAdmin | null {
  const { success, data } = clientConfiguration.safeParse(value);
  return success ? { ca: data.ca_certificate, cert: data.client_certificate, key: forOpenssl(data.client_key) } : null;
}

function serviceOf(file: string, name: string): ServiceDefinition {
  const all = loadSync(file, { includeDirs: [import.meta.dirname], keepCase: true, longs: String, defaults: true });
  const found = all[name];
  if (found === undefined || "format" in found) throw new Error(`${join(import.meta.dirname, file)}: no ${name}`);
  return found;
}

const versionReply = z.object({ version: z.object({ tag: z.string() }) });
const memberReply = z.object({
  members: z.array(z.object({ id: z.string(), hostname: z.string(), is_learner: z.boolean() })),
});
const statusReply = z.object({
  member_status: z.object({ leader: z.string(), member_id: z.string(), errors: z.array(z.string()) }),
});
const serviceReply = z.object({ services: z.array(z.object({ id: z.string(), state: z.string() })) });
const upgradeReply = z.object({ ack: z.string() });
const chunk = z.object({ bytes: z.instanceof(Buffer) });
const diskReply = z.object({ disks: z.array(z.object({ size: z.coerce.number(), system_disk: z.boolean() })) });

/** Why a call failed, without the internals of grpc-js. */
export function reason({ code, details, message }: ServiceError, limitMs: number): string {
  if (code === status.DEADLINE_EXCEEDED) return `no answer in ${limitMs / 1000} s`;
  return visibleLine(/Last error: (?:Error: )?(.+?)\. Resolution note/.exec(details)?.[1] ?? (details || message));
}

/** A service of a machine. */
export interface OpenService {
  readonly client: Client;
  readonly definition: ServiceDefinition;
}

/**
 * The machine service, or another one, of the machine of a name, at a loopback port: its certificate has to be that machine's
 * own.
 */
export function serviceAt(
  { ca, cert, key }: TalosAdmin,
  name: string,
  port: number,
  [file, service]: readonly [file: string, service: string] = ["talos.proto", "machine.MachineService"],
): OpenService {
  const options = { "grpc.ssl_target_name_override": name, "grpc.use_local_subchannel_pool": 1 };
  const definition = serviceOf(file, service);
  const Constructor = makeGenericClientConstructor(definition, "Talos");
  return { client: new Constructor(`127.0.0.1:${port}`, credentials.createSsl(ca, key, cert), options), definition };
}

/** The machine of a name, at a loopback port: its certificate has to be that machine's own. */
export function talosAt(admin: TalosAdmin, name: string, port: number): TalosOperator {
  const machine = serviceAt(admin, name, port);
  const storage = serviceAt(admin, name, port, ["storage.proto", "storage.StorageService"]);

  /** The answer of this machine, and not of others that it could pass the call on to. */
  function ask<T>(
    { client, definition }: OpenService,
    name: string,
    schema: z.ZodType<T>,
    { request = {}, limitMs = CALL_MS }: { readonly request?: object; readonly limitMs?: number } = {},
  ): Promise<T> {
    const method = definition[name];
    if (method === undefined) throw new Error(`no ${name} in the definition of Talos' API`);
    const replies = z.object({ messages: z.tuple([schema], z.unknown()) });
    return new Promise((resolve, reject) => {
      const done = (error: ServiceError | null, reply?: unknown): void => {
        const read = replies.safeParse(reply);
        if (error !== null) reject(new Error(reason(error, limitMs)));
        else if (read.success) resolve(read.data.messages[0]);
        else reject(new Error(`${name}: not what Talos answers`));
      };
      const { path, requestSerialize, responseDeserialize } = method;
      const limit = { deadline: Date.now() + limitMs };
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, limit, done);
    });
  }

  function etcdSnapshot(): Promise<Buffer> {
    const method = machine.definition["EtcdSnapshot"];
    if (method === undefined) throw new Error("no EtcdSnapshot in the definition of Talos' API");
    const { path, requestSerialize, responseDeserialize } = method;
    const limit = { deadline: Date.now() + SNAPSHOT_MS };
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      machine.client
        .makeServerStreamRequest(path, requestSerialize, responseDeserialize, {}, limit)
        .on("data", (message: unknown) => chunks.push(chunk.parse(message).bytes))
        .on("error", (error: ServiceError) => reject(new Error(reason(error, SNAPSHOT_MS))))
        .on("end", () => resolve(Buffer.concat(chunks)));
    });
  }

  return {
    version: async () => (await ask(machine, "Version", versionReply)).version.tag,
    etcdMembers: async () =>
      (await ask(machine, "EtcdMemberList", memberReply)).members.map(({ id, hostname, is_learner }) => ({
        id,
        hostname,
        isLearner: is_learner,
      })),
    async etcdStatus() {
      const { member_status } = await ask(machine, "EtcdStatus", statusReply);
      return { memberId: member_status.member_id, leader: member_status.leader, errors: member_status.errors };
    },
    etcdSnapshot,
    async upgrade(image) {
      await ask(machine, "Upgrade", upgradeReply, { request: { image, preserve: true }, limitMs: UPGRADE_MS });
    },
    services: async () => (await ask(machine, "ServiceList", serviceReply)).services,
    async systemDiskBytes() {
      const { disks } = await ask(storage, "Disks", diskReply);
      return disks.find(({ system_disk }) => system_disk)?.size ?? null;
    },
    close() {
      machine.client.close();
      storage.client.close();
    },
  };
}
