/** What a machine tells of while it runs: its services, and the sequences of a boot, reset or upgrade. */
import { EventEmitter } from "node:events";
import type { World } from "../../world/world.ts";
import { encode, type Fields, fieldsOf } from "../model/resources/spec.ts";
import type { Message } from "./method.ts";

/** Acts are over at once here: who begins to listen a moment late is told of them too. */
const LATE_MS = 2000;
/** Machines keep as many in memory, older ones go. */
const KEPT = 100;

const STAGES = "UNKNOWN|BOOTING|INSTALLING|MAINTENANCE|RUNNING|REBOOTING|SHUTTING_DOWN|RESETTING|UPGRADING";
const TYPES = {
  SequenceEvent: fieldsOf("sequence:1 action:2=(NOOP|START|STOP)"),
  TaskEvent: fieldsOf("task:1 action:2=(START|STOP)"),
  ServiceStateEvent: fieldsOf("service:1 action:2=(INITIALIZED|PREPARING|WAITING|RUNNING|STOPPING|FINISHED) message:3"),
  MachineStatusEvent: fieldsOf(`stage:1=(${STAGES}) status:2={ready:1=int}`),
} as const;

type Payload = readonly [type: keyof typeof TYPES, fields: Fields];

const READY: Payload = ["MachineStatusEvent", { stage: "RUNNING", status: { ready: true } }];
const stage = (name: string): Payload => ["MachineStatusEvent", { stage: name, status: { ready: false } }];
const sequence = (name: string, during: string): readonly Payload[] => [
  stage(during),
  ["SequenceEvent", { sequence: name, action: "START" }],
  ["TaskEvent", { task: "stopAllServices", action: "START" }],
];

/** What is told of an act: clients wait for the stop of the services, or for the machine to be ready again. */
const ACTS = {
  reset: sequence("reset", "RESETTING"),
  shutdown: sequence("shutdown", "SHUTTING_DOWN"),
  // Clients take the start of these sequences for the end of their stream, which here stays: the machine is back at once.
  reboot: [stage("REBOOTING"), READY],
  upgrade: [stage("UPGRADING"), READY],
} as const;

/** An act that machines tell of. */
export type Act = keyof typeof ACTS;

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

let last = 0;

function eventOf([type, fields]: Payload, actor_id: string): Message {
  last += 1;
  const id = `${Date.now().toString(36)}${String(last).padStart(6, "0")}`;
  return { data: { type_url: `talos/runtime/machine.${type}`, value: encode(TYPES[type], fields) }, id, actor_id };
}

/** The first event of every stream, which says only that it has begun. */
export const HELLO: Message = { data: { type_url: "talos/runtime/", value: Buffer.alloc(0) }, id: "", actor_id: "" };

function emit(world: World, address: string, payload: Payload, actor: string): void {
  const bus = busOf(world);
  const told: Told = { at: Date.now(), address, event: eventOf(payload, actor) };
  bus.recent = [...bus.recent, told].slice(-KEPT);
  bus.emitter.emit("told", told);
}

/** Tells those who listen to a machine. @param actor the id that the act was answered with */
export function tell(world: World, address: string, act: Act, actor: string): void {
  for (const payload of ACTS[act]) emit(world, address, payload, actor);
}

/** Tells how a service does. */
export function tellService(world: World, address: string, service: string, action: string, message: string): void {
  emit(world, address, ["ServiceStateEvent", { service, action, message }], "");
}

/** What a machine told lately. @param tail how many, at most; less than nothing: all */
export function recentEvents(world: World, address: string, tail: number): readonly Message[] {
  const own = busOf(world).recent.filter((told) => told.address === address);
  return own.slice(tail < 0 ? 0 : Math.max(0, own.length - tail)).map(({ event }) => event);
}

/** Listens to a machine. @param late whether it is told of what was over a moment ago @returns what ends it */
export function listen(world: World, address: string, hear: (event: Message) => void, late: boolean): () => void {
  const { emitter, recent } = busOf(world);
  const filtered = (told: Told): void => {
    if (told.address === address) hear(told.event);
  };
  if (late) for (const told of recent) if (Date.now() - told.at < LATE_MS) filtered(told);
  emitter.on("told", filtered);
  return () => emitter.off("told", filtered);
}
