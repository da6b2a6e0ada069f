/** The daemon's control interface: what `sandbox/client.ts` asks for. */
import type { Socket } from "node:net";
import { z } from "zod";
import type { Tunnel } from "../../topology/types.ts";
import { type ControlReply, onMessages, sendMessage } from "./control-protocol.ts";
import type { FaultActions } from "./faults.ts";
import type { FoundHosts } from "../proxmox/model/existing.ts";
import type { NewHost } from "../proxmox/model/own-hosts.ts";
import type { DeployProgress } from "../page/progress.ts";
import type { Account } from "../world/oci.ts";

/** What each request does. */
export interface ControlActions extends FaultActions {
  info(): unknown;
  setTunnels(tunnels: readonly Tunnel[]): Promise<void>;
  setAccount(account: Account): void;
  setHomeRegion(region: string | null): void;
  setAdminCidrs(cidrs: readonly string[]): void;
  setAdmin(address: string | null): void;
  admin(): unknown;
  addHost(asked: NewHost): Promise<unknown>;
  removeHost(name: string): Promise<void>;
  hosts(): unknown;
  putUp(found: FoundHosts): Promise<void>;
  readonly progress: DeployProgress;
  inventory(): unknown;
  clock(): string;
  overview(): unknown;
  real(): unknown;
  reset(): Promise<void>;
  stop(): void;
  /** Ends unless a client is connected, such as a run of Terraform; true when it does. */
  retire(): boolean;
}

const port = z.number().int().min(1).max(65535);
const tunnel = z.object({
  name: z.string(),
  localPort: port,
  via: z.string(),
  target: z.object({ address: z.string(), port }),
  through: z.array(port).exactOptional(),
  plain: z.literal(true).exactOptional(),
  near: z.literal(true).exactOptional(),
});
const count = z.int().min(1);
const newHost = z.object({ name: z.string(), cpus: count, memoryGb: count, diskGb: count });
const foundHosts = z.object({
  nodes: z.array(z.object({ name: z.string(), architecture: z.enum(["x86_64", "arm64"]) })).min(1),
  address: z.string(),
  network: z.object({ bridge: z.string(), cidr: z.string(), router: z.string() }),
  storage: z.string(),
  imageStorage: z.string(),
  root: z.object({ password: z.string(), hash: z.string() }).nullable(),
  token: z.object({ user: z.string(), name: z.string(), value: z.string() }).nullable(),
});
const progress = z.object({
  stack: z.string(),
  told: z.object({ done: z.int(), total: z.int(), current: z.string().nullable() }).nullable(),
});
const id = z.number();
const request = z.discriminatedUnion("method", [
  z.object({
    id,
    method: z.enum([
      "info",
      "admin",
      "hosts",
      "inventory",
      "clock",
      "overview",
      "real",
      "faults",
      "callsUnderWay",
      "watchCalls",
      "reset",
      "stop",
      "retire",
    ]),
  }),
  z.object({ id, method: z.literal("setTunnels"), value: z.array(tunnel) }),
  z.object({ id, method: z.literal("setHomeRegion"), value: z.string().nullable() }),
  z.object({ id, method: z.literal("setAdminCidrs"), value: z.array(z.string()) }),
  z.object({ id, method: z.literal("setAdmin"), value: z.string().nullable() }),
  z.object({ id, method: z.literal("addHost"), value: newHost }),
  z.object({ id, method: z.literal("putUp"), value: foundHosts }),
  z.object({ id, method: z.literal("setProgress"), value: progress }),
  z.object({ id, method: z.literal("removeHost"), value: z.string() }),
  z.object({ id, method: z.literal("addFault"), value: z.unknown() }),
  z.object({ id, method: z.literal("clearFaults"), value: z.int().nullable() }),
  z.object({ id, method: z.literal("calls"), value: z.int().min(1) }),
  z.object({ id, method: z.literal("setAccount"), value: z.enum(["always-free", "pay-as-you-go"]) }),
]);

/** A client that does not read what it watches misses calls rather than filling the memory. */
const UNREAD_BYTES = 1_000_000;

/** In characters; the tunnels of a thousand machines are a fifth of it. */
const LONGEST_REQUEST = 1_000_000;

function watch(socket: Socket, actions: ControlActions): void {
  const stop = actions.watchCalls((call) => {
    if (socket.writableLength < UNREAD_BYTES) sendMessage(socket, { event: "call", value: call });
  });
  socket.once("close", stop);
}

async function perform(socket: Socket, actions: ControlActions, asked: z.infer<typeof request>): Promise<unknown> {
  if (asked.method === "addFault") return actions.addFault(asked.value);
  if (asked.method === "clearFaults") return actions.clearFaults(asked.value);
  if (asked.method === "calls") return actions.calls(asked.value);
  if (asked.method === "watchCalls") return watch(socket, actions);
  if (asked.method === "setTunnels") return actions.setTunnels(asked.value);
  if (asked.method === "setAccount") return actions.setAccount(asked.value);
  if (asked.method === "setHomeRegion") return actions.setHomeRegion(asked.value);
  if (asked.method === "setAdminCidrs") return actions.setAdminCidrs(asked.value);
  if (asked.method === "addHost") return actions.addHost(asked.value);
  if (asked.method === "setProgress") return actions.progress.tell(socket, asked.value.stack, asked.value.told);
  if (asked.method === "putUp") return actions.putUp(asked.value);
  if (asked.method === "removeHost") return actions.removeHost(asked.value);
  if (asked.method === "setAdmin") return actions.setAdmin(asked.value);
  return actions[asked.method]();
}

async function reply(socket: Socket, actions: ControlActions, message: unknown): Promise<ControlReply> {
  const asked = request.safeParse(message);
  if (!asked.success) return { id: null, error: `the sandbox does not understand ${JSON.stringify(message)}` };
  try {
    return { id: asked.data.id, result: (await perform(socket, actions, asked.data)) ?? null };
  } catch (error) {
    return { id: asked.data.id, error: error instanceof Error ? error.message : String(error) };
  }
}

/** Answers the requests of one connection. */
export function serveControl(socket: Socket, actions: ControlActions): void {
  socket.once("close", () => actions.progress.forget(socket));
  onMessages(socket, async (message) => sendMessage(socket, await reply(socket, actions, message)), LONGEST_REQUEST);
}
