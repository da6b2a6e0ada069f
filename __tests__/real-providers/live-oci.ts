/** A tenancy in memory whose clock runs, with what the real provider has to be told to work against it. */
import net from "node:net";
import { join } from "node:path";
import { realEnvironment } from "../../sandbox/daemon/real-environment.ts";
import { openOutside } from "../../sandbox/outside/proxy.ts";
import { type Api, ociApi } from "../sandbox/oci/client.ts";
import { emptyStore } from "../sandbox/oci/tenancy.ts";

const TICK_MS = 100;

export interface LiveOci {
  readonly api: Api;
  readonly env: Readonly<Record<string, string>>;
  end(): Promise<void>;
}

export async function liveOci(): Promise<LiveOci> {
  const api = await ociApi(emptyStore("pay-as-you-go"));
  // The provider waits for what takes its time.
  const ticking = setInterval(() => api.turnClock(TICK_MS), TICK_MS);
  const open = new Set<net.Socket>();
  const outside = await openOutside({
    hostNamed: (host) =>
      host.endsWith(".oraclecloud.com")
        ? (connection) => {
            const inner = net.connect(Number(new URL(api.url).port), "127.0.0.1");
            inner.on("error", () => connection.destroy());
            connection.pipe(inner).pipe(connection);
          }
        : null,
    machineAt: () => null,
    authorityFile: join(api.home, "authority.pem"),
    connected: (connection) => open.add(connection),
    log: () => undefined,
  });
  const files = { home: api.home, oci: join(api.home, "oci"), authority: join(api.home, "authority.pem") };
  const { all, oci } = realEnvironment(api.store, { ociApi: api.url, outside: outside.address }, files);
  return {
    api,
    env: { HOME: api.home, ...all, ...oci },
    async end() {
      clearInterval(ticking);
      outside.close();
      for (const connection of open) connection.destroy();
      await api.end();
    },
  };
}
