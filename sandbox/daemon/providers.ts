/** The daemon's interface `provider`: a stand-in for each provider. */
import type { Socket } from "node:net";
import { SYSTEMS, type SystemName } from "./files.ts";
import type { ProviderServer } from "../plugin/server.ts";
import { providers, schemaFile } from "../systems/index.ts";
import type { Store } from "../world/store.ts";

interface ProviderInterfaces {
  /** Hands over a connection to a provider's socket. */
  accept(name: SystemName, connection: Socket): Promise<void>;
  /** Loads what the first connections will need. */
  warmUp(): Promise<unknown>;
}

/** gRPC and the schemas take a moment to load, so the daemon is ready before they are. */
export function providerInterfaces(store: Store, latencyMs: number, log: (line: string) => void): ProviderInterfaces {
  const running = new Map<SystemName, Promise<ProviderServer>>();

  async function load(name: SystemName): Promise<ProviderServer> {
    const [{ providerServer }, { served }, { readProviderSchema }] = await Promise.all([
      import("../plugin/server.ts"),
      import("../plugin/session.ts"),
      import("../plugin/schema.ts"),
    ]);
    const host = { store, latencyMs, log: (line: string) => log(`${name}: ${line}`) };
    return providerServer(served(providers[name], readProviderSchema(schemaFile(name))), host);
  }

  function server(name: SystemName): Promise<ProviderServer> {
    const found = running.get(name) ?? load(name);
    running.set(name, found);
    return found;
  }

  return {
    async accept(name, connection) {
      try {
        (await server(name)).accept(connection);
      } catch (error) {
        log(`${name}: ${error instanceof Error ? error.stack : String(error)}`);
        connection.destroy();
      }
    },
    warmUp: () => Promise.allSettled(SYSTEMS.map(server)),
  };
}
