/** Reset, reboot, shutdown and upgrade. Talos says yes and does it later; here it is done at once. */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { reboot, upgrade } from "../lifecycle.ts";
import { reset } from "../machines.ts";
import { ADMIN, type Method, onConfigured, OPERATORS } from "./method.ts";

const resetSchema = z.object({ graceful: z.boolean(), reboot: z.boolean() });
const upgradeSchema = z.object({ image: z.string() });

export const powerMethods: Readonly<Record<string, Method>> = {
  Reset: onConfigured(ADMIN, (machine, { world, guestsOf }, request) => {
    reset(world, guestsOf, machine, resetSchema.parse(request));
    return { actor_id: randomUUID() };
  }),
  Reboot: onConfigured(OPERATORS, (machine, { world, guestsOf }) => {
    reboot(world, guestsOf, machine);
    return { actor_id: randomUUID() };
  }),
  Shutdown: onConfigured(OPERATORS, ({ guest }, { world, powerOff }) => {
    powerOff(world, guest);
    return { actor_id: randomUUID() };
  }),
  Upgrade: onConfigured(ADMIN, (machine, { world, guestsOf }, request) => {
    upgrade(world, guestsOf, machine, upgradeSchema.parse(request).image);
    return { ack: "Upgrade request received", actor_id: randomUUID() };
  }),
};
