/** Every interface of a deployed lab's world on loopback ports, served as the daemon serves them. */
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Calls } from "../../../sandbox/faults/calls.ts";
import { accountFiles } from "../../../sandbox/oci/model/account.ts";
import { ociEndpoint } from "../../../sandbox/oci/api/server.ts";
import { pageEndpoint } from "../../../sandbox/page/server.ts";
import { viewOf } from "../../../sandbox/page/view.ts";
import { sshEndpoint } from "../../../sandbox/ssh/server.ts";
import { endpoint, endpointFrom } from "../../../sandbox/systems/endpoints.ts";
import { memoryStore } from "../../../sandbox/world/store.ts";
import type { WorldState } from "../../../sandbox/world/world.ts";

/** Below which the page is. */
export const PAGE_TOKEN = "token";

export type InterfaceName = "oci" | "proxmox" | "talos" | "kubernetes" | "page" | "ssh";

export interface Interfaces {
  readonly ports: Readonly<Record<InterfaceName, number>>;
  /** The lab as it was deployed. */
  readonly world: WorldState;
  /** Of the account's API key. */
  readonly account: { readonly keyId: string; readonly privateKey: string };
  /** Puts the world back to what was deployed. */
  restore(): void;
  close(): void;
}

const PORTS = { proxmox: 8006, talos: 50_000, kubernetes: 6443 } as const;

async function listen(connected: (socket: Socket) => void, servers: Server[]): Promise<number> {
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    connected(socket);
  }).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** @param home LAB_HOME of a lab that was deployed in the sandbox, whose daemon has ended */
export async function openInterfaces(home: string, calls: Calls): Promise<Interfaces> {
  const world: WorldState = JSON.parse(readFileSync(join(home, ".sandbox", "world.json"), "utf8"));
  const store = memoryStore(() => structuredClone(world), calls);
  const work = mkdtempSync(join(tmpdir(), "ampere-fuzz-"));
  const { tenancyId, userId, fingerprint, keyFile } = accountFiles(store, join(work, "oci"));
  world.oci.apiKey = store.state.oci.apiKey;
  const [instance] = world.oci.instances;
  if (!instance) throw new Error("no instance was deployed");

  const atTunnel = (port: number) => (socket: Socket) => {
    const target = world.tunnels.find((tunnel) => tunnel.target.port === port)?.target;
    const handler = target && endpoint(store, target);
    if (handler) handler(socket);
    else socket.resetAndDestroy();
  };
  const ssh = (socket: Socket): void => {
    const handler = sshEndpoint(store, instance.privateIp, endpointFrom);
    if (handler) handler(socket);
    else socket.resetAndDestroy();
  };
  const servers: Server[] = [];
  const page = pageEndpoint(
    { view: () => viewOf(store), lastCalls: () => [], subscribe: () => () => undefined },
    PAGE_TOKEN,
  );
  return {
    ports: {
      oci: await listen(ociEndpoint(store, { objects: join(work, "objects"), settleMs: 5 }), servers),
      proxmox: await listen(atTunnel(PORTS.proxmox), servers),
      talos: await listen(atTunnel(PORTS.talos), servers),
      kubernetes: await listen(atTunnel(PORTS.kubernetes), servers),
      page: await listen(page, servers),
      ssh: await listen(ssh, servers),
    },
    world,
    account: { keyId: `${tenancyId}/${userId}/${fingerprint}`, privateKey: readFileSync(keyFile, "utf8") },
    restore: () => void Object.assign(store.state, structuredClone(world)),
    close() {
      for (const server of servers) server.close();
      rmSync(work, { recursive: true, force: true });
    },
  };
}
