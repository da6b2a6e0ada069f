/** What a method of Talos' API is: who may call it, and what it does on one machine. */
import { status } from "@grpc/grpc-js";
import type { World } from "../../world/world.ts";
import type { GuestsOf, PowerOff } from "../model/guests.ts";
import { type Code, type ConfiguredMachine, MachineError } from "../model/machines.ts";
import type { ListeningMachine } from "../model/placed.ts";

/** From the organization of the client's certificate (siderolabs/talos v1.13.9, pkg/machinery/role). */
type Role = "os:admin" | "os:operator" | "os:reader";

/** Who may do everything. */
export const ADMIN: readonly Role[] = ["os:admin"];
/** Who may run the machine: reboot, etcd, services. */
export const OPERATORS: readonly Role[] = ["os:admin", "os:operator"];
/** Who may look. */
export const READERS: readonly Role[] = ["os:admin", "os:operator", "os:reader"];

/** What the API of every machine needs of the world. */
export interface TalosWorld {
  readonly world: World;
  readonly guestsOf: GuestsOf;
  readonly powerOff: PowerOff;
}

/** Where a call runs. */
export interface Context extends TalosWorld {
  readonly machine: ListeningMachine;
  readonly roles: ReadonlySet<string>;
}

/** An answer without its metadata. */
export type Message = Readonly<Record<string, unknown>>;

/** A method, and who may call it. */
export interface Method {
  readonly roles: readonly Role[];
  /** One message, or all of a stream's that are there at once. @throws MachineError */
  run(context: Context, request: unknown): Message | readonly Message[];
  /** What comes later, until it is stopped; undefined where nothing is to come. @default - the stream ends */
  readonly follow?: Follow;
  /** What is not played, of a method that only refuses. */
  readonly unplayed?: string;
}

/** Writes what comes later of a machine. @returns what ends it; undefined: nothing comes */
type Follow = (
  context: () => Context | null,
  request: unknown,
  write: (message: Message) => void,
) => (() => void) | undefined;

/** A method of a service whose answers are of one machine, and not wrapped in the list of those of several. */
export interface PlainMethod {
  readonly roles: readonly Role[];
  /** All that is answered at once; one message where the method has no stream. @throws MachineError */
  plain(context: Context, request: unknown): readonly Message[];
  /** What comes later, until it is stopped. @default - the stream ends */
  readonly follow?: Follow;
}

/** On configured machines only. In maintenance nobody is more than a reader, so that few methods come this far. */
export function onConfigured(
  roles: readonly Role[],
  run: (machine: ConfiguredMachine, context: Context, request: unknown) => Message | readonly Message[],
): Method {
  return {
    roles,
    run(context, request) {
      if (context.machine.stage === "configured") return run(context.machine, context, request);
      throw new MachineError("Unavailable", "the machine has no configuration yet");
    },
  };
}

/** Refused by name: what a client is told that asks for it. @param what such as "packets of the network" */
export function notPlayed(what: string): Method {
  return {
    roles: READERS,
    unplayed: what,
    run() {
      throw new MachineError("Unimplemented", `the sandbox does not play ${what}`);
    },
  };
}

/** Codes of `MachineError` as gRPC's numbers. */
export const STATUS: Readonly<Record<Code, status>> = {
  AlreadyExists: status.ALREADY_EXISTS,
  FailedPrecondition: status.FAILED_PRECONDITION,
  InvalidArgument: status.INVALID_ARGUMENT,
  NotFound: status.NOT_FOUND,
  PermissionDenied: status.PERMISSION_DENIED,
  ResourceExhausted: status.RESOURCE_EXHAUSTED,
  Unknown: status.UNKNOWN,
  Unavailable: status.UNAVAILABLE,
  Unimplemented: status.UNIMPLEMENTED,
};

/** @throws MachineError for callers that have none of the roles. */
export function authorize({ roles }: Pick<Method, "roles">, caller: ReadonlySet<string>): void {
  if (!roles.some((role) => caller.has(role))) throw new MachineError("PermissionDenied", "not authorized");
}
