/** Clients of Talos' API, as ordinary programs make them, against the machines of a test world. */
import { createServer, type Server, type Socket } from "node:net";
import { type Client, credentials, makeGenericClientConstructor, Metadata, type ServiceError } from "@grpc/grpc-js";
import { talosEndpointOf } from "../../../sandbox/talos/api/endpoint.ts";
import type { TalosWorld } from "../../../sandbox/talos/api/method.ts";
import { definitionOf } from "../../../sandbox/talos/api/services.ts";
import { newLeaf } from "../../../sandbox/pki/certificate.ts";
import { readKey } from "../../../sandbox/pki/keys.ts";
import { after } from "../../../sandbox/pki/validity.ts";
import {
  type ClientConfiguration,
  type MachineSecrets,
  unbase64,
} from "../../../sandbox/talos/model/config/secrets.ts";
import { addresses, type Lab, type NodeName } from "./world.ts";
import { z } from "zod";
import { listening } from "../../listening.ts";

const MachineClient = makeGenericClientConstructor(definitionOf("machine.MachineService"), "MachineService");
const StorageClient = makeGenericClientConstructor(definitionOf("storage.StorageService"), "StorageService");

const servers: Server[] = [];
const clients: Client[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
  for (const server of servers.splice(0)) server.close();
});

/** A free loopback port that leads to whatever is there at each connection, as a tunnel does. */
export async function portTo(endpoint: () => ((socket: Socket) => void) | null): Promise<number> {
  const server = createServer((socket) => {
    const handler = endpoint();
    if (handler) handler(socket);
    else socket.resetAndDestroy();
  });
  servers.push(server);
  return listening(server);
}

/** A port that leads to a machine's API. */
export function tunnelTo(lab: Lab, name: NodeName): Promise<number> {
  const talos: TalosWorld = {
    world: lab.store,
    guestsOf: () => lab.guests,
    powerOff: (_world, guest) => {
      lab.guests.splice(0, Infinity, ...lab.guests.filter(({ address }) => address !== guest.address));
    },
  };
  return portTo(() => talosEndpointOf(talos, addresses[name]));
}

/** Who calls: nobody in particular, with the server's certificate unchecked, or a client of a talosconfig. */
export type Caller = "anybody" | ClientConfiguration;

export function channel(caller: Caller) {
  if (caller === "anybody") return credentials.createSsl(null, null, null, { rejectUnauthorized: false });
  const key = readKey(unbase64(caller.client_key)).export({ format: "pem", type: "pkcs8" });
  return credentials.createSsl(
    Buffer.from(unbase64(caller.ca_certificate)),
    Buffer.from(key),
    Buffer.from(unbase64(caller.client_certificate)),
  );
}

/** A client certificate with a role that `talos_machine_secrets` does not make. */
export function clientAs(role: string, { certs: { os } }: MachineSecrets): ClientConfiguration {
  const now = new Date();
  const request = { organization: role, usage: "client", from: now, until: after(now, 1) } as const;
  const { certificate, key } = newLeaf({ certificate: unbase64(os.cert), key: unbase64(os.key) }, request);
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  return { ca_certificate: os.cert, client_certificate: base64(certificate), client_key: base64(key) };
}

const record = z.record(z.string(), z.unknown());
const messagesSchema = z.object({ messages: z.array(record) });
export type Answer = z.infer<typeof record>;

export interface Api {
  /** The answers of the nodes; one where no nodes are named. @throws ServiceError */
  all(method: string, request?: object, metadata?: Record<string, string>): Promise<readonly Answer[]>;
  /** The one answer. */
  one(method: string, request?: object, metadata?: Record<string, string>): Promise<Answer>;
  /** What a streaming method sends. */
  stream(method: string, metadata?: Record<string, string>, request?: object): Promise<readonly Answer[]>;
  /** What a stream that goes on sends; ends it after so many messages. */
  first(count: number, method: string): Promise<readonly Answer[]>;
}

export function apiAt(port: number, caller: Caller): Api {
  const open = (Constructor: typeof MachineClient): Client => {
    // Connections of its own: a port may have been another machine's in another test.
    const client = new Constructor(`127.0.0.1:${port}`, channel(caller), { "grpc.use_local_subchannel_pool": 1 });
    clients.push(client);
    return client;
  };
  const machine = open(MachineClient);
  const storage = open(StorageClient);
  const metadataOf = (fields: Record<string, string>): Metadata => {
    const metadata = new Metadata();
    for (const [key, value] of Object.entries(fields)) for (const text of value.split(",")) metadata.add(key, text);
    return metadata;
  };
  const all: Api["all"] = (method, request = {}, metadata = {}) =>
    new Promise((resolve, reject) => {
      const service = method === "Disks" ? "storage.StorageService" : "machine.MachineService";
      const { path, requestSerialize, responseDeserialize } = found(service, method);
      const client = method === "Disks" ? storage : machine;
      client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        metadataOf(metadata),
        { deadline: Date.now() + 10_000 },
        (error: ServiceError | null, reply: unknown) => {
          if (error) reject(error);
          else resolve(messagesSchema.parse(reply).messages);
        },
      );
    });
  return {
    all,
    async one(method, request, metadata) {
      const [only, ...more] = await all(method, request, metadata);
      if (only === undefined || more.length > 0) throw new Error(`${1 + more.length} answers to ${method}`);
      return only;
    },
    first: (count, method) =>
      new Promise((resolve, reject) => {
        const { path, requestSerialize, responseDeserialize } = found("machine.MachineService", method);
        const messages: Answer[] = [];
        const call = machine.makeServerStreamRequest(path, requestSerialize, responseDeserialize, {});
        call.on("error", (error) => (messages.length < count ? reject(error) : undefined));
        call.on("data", (message: unknown) => {
          messages.push(record.parse(message));
          if (messages.length < count) return;
          call.cancel();
          resolve(messages);
        });
      }),
    stream: (method, metadata = {}, request = {}) =>
      new Promise((resolve, reject) => {
        const { path, requestSerialize, responseDeserialize } = found("machine.MachineService", method);
        const messages: Answer[] = [];
        machine
          .makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, metadataOf(metadata))
          .on("data", (message: unknown) => messages.push(record.parse(message)))
          .on("error", reject)
          .on("end", () => resolve(messages));
      }),
  };
}

function found(service: Parameters<typeof definitionOf>[0], method: string) {
  const definition = definitionOf(service)[method];
  if (!definition) throw new Error(`${service} has no ${method}`);
  return definition;
}
