/** What a machine tells of while it is rebooted or reset: the few events that clients wait for. */
import { EventEmitter } from "node:events";
import type { World } from "../../world/world.ts";
import type { Message } from "./method.ts";

/** Acts are over at once here: who begins to listen a moment late is told of them too. */
const LATE_MS = 2000;

/** Payloads in protobuf, written out: `TaskEvent {task: "stopAllServices"}`, `MachineStatusEvent {RUNNING, ready}`. */
const PAYLOADS = {
  stopping: { type: "machine.TaskEvent", value: Buffer.concat([Buffer.of(0x0a, 15), Buffer.from("stopAllServices")]) },
  ready: { type: "machine.MachineStatusEvent", value: Buffer.of(0x08, 4, 0x12, 2, 0x08, 1) },
} as const;

interface Told {
  readonly at: number;
  readonly address: string;
  readonly event: Message;
}

interface Bus {
  readonly emitter: EventEmitter<{ told: [Told] }>;
  recent: readonly Told[];
}

const buses = new WeakMap<World, Bus>();

function busOf(world: World): Bus {
  const bus = buses.get(world) ?? { emitter: new EventEmitter<{ told: [Told] }>().setMaxListeners(0), recent: [] };
  buses.set(world, bus);
  return bus;
}

function eventOf(type: string, value: Buffer, actor_id: string): Message {
  return { data: { type_url: `talos/runtime/${type}`, value }, id: "", actor_id };
}

/** The first event of every stream, which says only that it has begun. */
export const HELLO = eventOf("", Buffer.alloc(0), "");

/** Tells those who listen to a machine. @param actor the id that the act was answered with */
export function tell(world: World, address: string, what: keyof typeof PAYLOADS, actor: string): void {
  const bus = busOf(world);
  const { type, value } = PAYLOADS[what];
  const told: Told = { at: Date.now(), address, event: eventOf(type, value, actor) };
  bus.recent = [...bus.recent.filter(({ at }) => told.at - at < LATE_MS), told];
  bus.emitter.emit("told", told);
}

/** Listens to some machines. @returns what ends it */
export function listen(world: World, addresses: readonly string[], hear: (event: Message) => void): () => void {
  const { emitter, recent } = busOf(world);
  const filtered = (told: Told): void => {
    if (addresses.includes(told.address)) hear(told.event);
  };
  for (const told of recent) if (Date.now() - told.at < LATE_MS) filtered(told);
  emitter.on("told", filtered);
  return () => emitter.off("told", filtered);
}
