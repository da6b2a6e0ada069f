/** Services of a machine: listed, stopped, started (siderolabs/talos v1.13.9, system/services). */
import { z } from "zod";
import { record } from "../model/journal.ts";
import { MachineError } from "../model/machines.ts";
import { servicesOf, type ServiceState, sinceOf } from "../model/services.ts";
import { tellService } from "./events.ts";
import { type Method, onConfigured, OPERATORS, READERS } from "./method.ts";

/** Of Talos' own the only one that may be started and restarted; what may be stopped are services of extensions. */
const MAY_RESTART = "kubelet";

/** The last of a service's events is what health checks judge it by. */
const EVENTS: Readonly<Record<ServiceState, string>> = {
  Running: "Health check successful",
  Preparing: "Running pre state",
};

const timestampOf = (time: string) => ({ seconds: Math.floor(Date.parse(time) / 1000), nanos: 0 });

/** @param verb what the API is asked for @param done how the service says it */
function act(verb: "start" | "stop" | "restart", done: string): Method {
  return onConfigured(OPERATORS, ({ entry, guest }, context, request) => {
    const { id } = z.object({ id: z.string() }).parse(request);
    const { world } = context;
    if (!servicesOf(context).some((each) => each.id === id))
      throw new MachineError("Unknown", `service ${JSON.stringify(id)} not defined`);
    if (verb === "stop" || id !== MAY_RESTART)
      throw new MachineError("Unknown", `service ${JSON.stringify(id)} doesn't support ${verb} operation via API`);
    record(entry, world.now(), id, done);
    tellService(world, guest.address, id, "RUNNING", `Service ${done}`);
    world.changed();
    return { resp: `Service ${JSON.stringify(id)} ${done}` };
  });
}

/** Methods of the machine service about its services. */
export const serviceMethods: Readonly<Record<string, Method>> = {
  ServiceList: {
    roles: READERS,
    run: (context) => ({
      services: servicesOf(context).map(({ id, state }) => {
        const change = timestampOf(sinceOf(context));
        return {
          id,
          state,
          events: { events: [{ msg: EVENTS[state], state, ts: change }] },
          health: { unknown: state !== "Running", healthy: state === "Running", last_message: "", last_change: change },
        };
      }),
    }),
  },
  ServiceStart: act("start", "started"),
  ServiceStop: act("stop", "stopped"),
  ServiceRestart: act("restart", "restarted"),
};
