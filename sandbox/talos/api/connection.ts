/** One connection to a machine's API: each call is announced, routed to its machines, and answered. */
import { setTimeout as sleep } from "node:timers/promises";
import {
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type Metadata,
  type ServerWritableStream,
  type ServiceError,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { prettifyError, z, ZodError } from "zod";
import type { Call } from "../../faults/calls.ts";
import { machineAt, MachineError } from "../model/machines.ts";
import { faultError } from "./faults.ts";
import { epochOf } from "./identity.ts";
import {
  authorize,
  type Context,
  type TalosWorld,
  type Message,
  type Method,
  type PlainMethod,
  STATUS,
} from "./method.ts";
import type { ListeningMachine } from "../model/placed.ts";
import { type Route, routeOf, type Target } from "./routing.ts";
import type { Service } from "./services.ts";

/** One TLS connection to a machine. */
export interface Connection extends TalosWorld {
  readonly address: string;
  /** What the machine was when the connection was made. */
  readonly epoch: string;
  readonly roles: ReadonlySet<string>;
  /** What ends its streams that are open. */
  readonly streams: Set<() => void>;
  /** Cuts it off. */
  reset(): void;
  /** Lets calls end and takes no more. */
  leave(): void;
}

const dataSchema = z.object({ bytes: z.instanceof(Uint8Array) });

/** What a call is answered with; null: nothing ever comes. */
type Answer =
  | { readonly messages: readonly Message[]; readonly addresses: readonly string[] }
  | { readonly error: Partial<ServiceError> }
  | null;

/** The methods of a service as gRPC wants them: routed, checked for roles, told to the log. */
export function implementation(connection: Connection, { definition, methods }: Service): UntypedServiceImplementation {
  return Object.fromEntries(
    Object.entries(definition).flatMap(([name, { requestStream, responseStream }]) => {
      const method = methods[name];
      const answer = requestStream ? received : responseStream ? streamed : unary;
      return method ? [[name, answer(connection, name, method)]] : [];
    }),
  );
}

function unary(connection: Connection, name: string, method: Method | PlainMethod): handleUnaryCall<unknown, Message> {
  return async (call, callback) => {
    const answer = await perform(connection, name, method, call.metadata, call.request);
    if (answer === null) return;
    if ("error" in answer) callback(answer.error);
    else callback(null, "plain" in method ? answer.messages[0] : { messages: answer.messages });
    leaveAfterChange(connection);
  };
}

/** A method that is sent a stream of `common.Data`: its request is all of their bytes. */
function received(
  connection: Connection,
  name: string,
  method: Method | PlainMethod,
): handleClientStreamingCall<unknown, Message> {
  return (call, callback) => {
    const chunks: Uint8Array[] = [];
    call.on("data", (message: unknown) => chunks.push(dataSchema.parse(message).bytes));
    call.once("end", async () => {
      const answer = await perform(connection, name, method, call.metadata, { bytes: Buffer.concat(chunks) });
      if (answer === null) return;
      if ("error" in answer) callback(answer.error);
      else callback(null, { messages: answer.messages });
    });
  };
}

function streamed(
  connection: Connection,
  name: string,
  method: Method | PlainMethod,
): handleServerStreamingCall<unknown, Message> {
  return async (call) => {
    const answer = await perform(connection, name, method, call.metadata, call.request);
    if (answer === null) return;
    if ("error" in answer) {
      call.emit("error", answer.error);
      return;
    }
    for (const message of answer.messages) call.write(message);
    const stops = answer.addresses.flatMap((address) => follow(connection, call, method, address) ?? []);
    const end = (): void => {
      connection.streams.delete(end);
      for (const stop of stops) stop();
      call.end();
    };
    if (stops.length === 0) return end();
    // Until the client has enough, or the machine leaves.
    connection.streams.add(end);
    call.once("cancelled", end);
  };
}

/** Follows a machine for as long as it is the one that was asked. */
function follow(
  connection: Connection,
  call: ServerWritableStream<unknown, Message>,
  method: Method | PlainMethod,
  address: string,
): (() => void) | undefined {
  const { world, guestsOf } = connection;
  const contextNow = (): Context | null => {
    const machine = machineAt(world, guestsOf, address);
    return machine && machine.stage !== "off" ? { ...connection, machine } : null;
  };
  return method.follow?.(contextNow, call.request, (message) => call.write(message));
}

async function perform(
  connection: Connection,
  name: string,
  method: Method | PlainMethod,
  metadata: Metadata,
  request: unknown,
): Promise<Answer> {
  const machine = listening(connection);
  if (!machine) {
    connection.reset();
    return null;
  }
  const { calls } = connection.world;
  const route = caught(connection, name, () => routeOf(connection, machine, metadata));
  const target = "error" in route ? connection.address : route.value.targets.map(({ address }) => address).join(",");
  const call: Call = { interface: "talos", method: name, target };
  const fault = calls.begin(call);
  if (fault?.kind === "slow") await sleep(fault.ms);
  if (fault?.kind === "status") return told(connection, call, { error: faultError(fault) });
  if (fault?.kind === "hang" || fault?.kind === "reset") {
    if (fault.kind === "reset") connection.reset();
    calls.end(call, fault.kind);
    return null;
  }
  const answer = "error" in route ? route : answerOf(connection, name, method, route.value, request);
  if (fault?.kind !== "lost") return told(connection, call, answer);
  connection.reset();
  calls.end(call, "lost");
  return null;
}

function told({ world }: Connection, call: Call, answer: Exclude<Answer, null>): Answer {
  world.calls.end(call, "error" in answer ? (status[answer.error.code ?? status.UNKNOWN] ?? "UNKNOWN") : "OK");
  return answer;
}

/** Null when the machine is no longer what it was: its API was started anew. */
function listening({ world, guestsOf, address, epoch }: Connection): ListeningMachine | null {
  const machine = machineAt(world, guestsOf, address);
  return machine && machine.stage !== "off" && epochOf(machine) === epoch ? machine : null;
}

function leaveAfterChange(connection: Connection): void {
  if (listening(connection)) return;
  for (const end of connection.streams) end();
  connection.leave();
}

function answerOf(
  connection: Connection,
  name: string,
  method: Method | PlainMethod,
  route: Route,
  request: unknown,
): Exclude<Answer, null> {
  const addresses = route.targets.map((target) => target.address);
  if ("plain" in method) {
    const plain = caught(connection, name, () => {
      const [target] = route.targets;
      if (route.many || !target)
        throw new MachineError("Unimplemented", "one-2-many proxying is not supported for COSI");
      const machine = target.reach();
      authorize(method, connection.roles);
      return method.plain({ ...connection, machine }, request);
    });
    return "error" in plain ? plain : { addresses, messages: plain.value };
  }
  const run = (target: Target): readonly Message[] => {
    const machine = target.reach();
    authorize(method, connection.roles);
    return [method.run({ ...connection, machine }, request)].flat();
  };
  if (route.many) {
    const answers = route.targets.map((target) => ({ target, done: caught(connection, name, () => run(target)) }));
    return { addresses, messages: answers.flatMap(({ target, done }) => labelled(target, done)) };
  }
  const done = caught(connection, name, () => route.targets.flatMap(run));
  return "error" in done ? done : { addresses, messages: done.value };
}

function labelled({ address: hostname }: Target, done: Caught<readonly Message[]>): readonly Message[] {
  if ("value" in done) return done.value.map((message) => ({ metadata: { hostname }, ...message }));
  const { code = status.UNKNOWN, details = "" } = done.error;
  const error = `rpc error: code = ${done.name} desc = ${details}`;
  return [{ metadata: { hostname, error, status: { code, message: details } } }];
}

type Caught<Value> =
  | { readonly value: Value }
  | { readonly error: Partial<ServiceError>; /** As Go writes the code. */ readonly name: string };

function caught<Value>({ world, address }: Connection, name: string, run: () => Value): Caught<Value> {
  try {
    return { value: run() };
  } catch (error) {
    if (error instanceof MachineError)
      return { error: { code: STATUS[error.code], details: error.message }, name: error.code };
    if (error instanceof ZodError)
      return { error: { code: status.INVALID_ARGUMENT, details: prettifyError(error) }, name: "InvalidArgument" };
    world.calls.bug({ interface: "talos", method: name, target: address }, error);
    return { error: { code: status.UNKNOWN, details: "the sandbox failed; its log says how" }, name: "Unknown" };
  }
}
