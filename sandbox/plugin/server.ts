/** Serves a provider to Terraform and OpenTofu over a unix socket, in plain gRPC. */
import type { Socket } from "node:net";
import { join } from "node:path";
import {
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { loadSync, type ServiceDefinition } from "@grpc/proto-loader";
import { announced, type Announce } from "./fault.ts";
import { schemaReply } from "./schema-reply.ts";
import { type Host, openSession, type Served, type Session } from "./session.ts";

function providerService(): ServiceDefinition {
  const file = join(import.meta.dirname, "tfplugin6.proto");
  const definitions = loadSync(file, { keepCase: true, longs: Number, defaults: true });
  const service = definitions["tfplugin6.Provider"];
  if (service === undefined || "format" in service) throw new Error(`${file} declares no service Provider`);
  return service;
}

function unary<Request, Reply>(work: (request: Request) => Promise<Reply>) {
  return async (call: ServerUnaryCall<Request, Reply>, callback: sendUnaryData<Reply>): Promise<void> => {
    let reply: Reply;
    try {
      reply = await work(call.request);
    } catch (error) {
      callback({ code: status.INTERNAL, details: error instanceof Error ? error.message : String(error) });
      return;
    }
    callback(null, reply);
  };
}

function implementation(session: Session, told: Announce, schema: object): UntypedServiceImplementation {
  return {
    GetProviderSchema: unary(async () => schema),
    ValidateProviderConfig: unary(async () => ({})),
    ValidateResourceConfig: unary(async () => ({})),
    ValidateDataResourceConfig: unary(async () => ({})),
    UpgradeResourceState: unary(session.upgrade),
    ConfigureProvider: unary(told("ConfigureProvider", session.configure)),
    ReadResource: unary(told("ReadResource", session.read)),
    PlanResourceChange: unary(told("PlanResourceChange", session.plan)),
    ApplyResourceChange: unary(
      // What failed changed nothing: Terraform keeps what it knew.
      told("ApplyResourceChange", session.apply, (diagnosed, { prior_state }) => ({
        ...diagnosed,
        new_state: prior_state,
        legacy_type_system: true,
      })),
    ),
    ImportResourceState: unary(told("ImportResourceState", session.importState)),
    ReadDataSource: unary(told("ReadDataSource", session.readDataSource)),
    GetFunctions: unary(async () => ({})),
    StopProvider: unary(async () => ({})),
  };
}

/** A provider that Terraform can connect to. */
export interface ProviderServer {
  /** Takes over an accepted connection. Each is a provider of its own: aliases have other configurations. */
  accept(socket: Socket): void;
}

/** Serves a provider over gRPC. */
export function providerServer(served: Served, host: Host): ProviderServer {
  const service = providerService();
  const schema = schemaReply(served.schema);
  return {
    accept(socket) {
      const server = new Server({ "grpc.enable_channelz": 0 });
      const told = announced(host.store.calls, served.provider.source, () => socket.destroy());
      server.addService(service, implementation(openSession(served, host), told, schema));
      server.createConnectionInjector(ServerCredentials.createInsecure()).injectConnection(socket);
      socket.once("close", () => server.forceShutdown());
    },
  };
}
