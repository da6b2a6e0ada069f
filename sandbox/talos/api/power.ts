/** Reset, reboot, shutdown and upgrade. Talos says yes and does it later; here it is done at once. */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { reboot, upgrade } from "../model/lifecycle.ts";
import { reset } from "../model/machines.ts";
import { tell } from "./events.ts";
import { ADMIN, type Method, onConfigured, OPERATORS } from "./method.ts";

const resetSchema = z.object({ graceful: z.boolean(), reboot: z.boolean() });
const upgradeSchema = z.object({ image: z.string() });

/** Methods of the machine service that reboot, reset or switch off. */
export const powerMethods: Readonly<Record<string, Method>> = {
  Reset: onConfigured(ADMIN, (machine, { world, guestsOf }, request) => {
    const actor_id = randomUUID();
    reset(world, guestsOf, machine, resetSchema.parse(request));
    tell(world, machine.guest.address, "stopping", actor_id);
    return { actor_id };
  }),
  Reboot: onConfigured(OPERATORS, (machine, { world, guestsOf }) => {
    const actor_id = randomUUID();
    reboot(world, guestsOf, machine);
    tell(world, machine.guest.address, "ready", actor_id);
    return { actor_id };
  }),
  Shutdown: onConfigured(OPERATORS, ({ guest }, { world, powerOff }) => {
    const actor_id = randomUUID();
    powerOff(world, guest);
    tell(world, guest.address, "stopping", actor_id);
    return { actor_id };
  }),
  Upgrade: onConfigured(ADMIN, (machine, { world, guestsOf }, request) => {
    const actor_id = randomUUID();
    upgrade(world, guestsOf, machine, upgradeSchema.parse(request).image);
    tell(world, machine.guest.address, "ready", actor_id);
    return { ack: "Upgrade request received", actor_id };
  }),
};
