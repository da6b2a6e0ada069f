/** Reset, reboot, shutdown, upgrade and rollback. Talos says yes and does it later; here it is done at once. */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { reboot, rollback, upgrade } from "../model/lifecycle.ts";
import type { ConfiguredMachine } from "../model/machines.ts";
import { reset } from "../model/reset.ts";
import { type Act, tell } from "./events.ts";
import { ADMIN, type Context, type Message, type Method, onConfigured, OPERATORS } from "./method.ts";

const resetSchema = z.object({
  graceful: z.boolean(),
  reboot: z.boolean(),
  system_partitions_to_wipe: z.array(z.object({ label: z.string(), wipe: z.boolean() })),
  user_disks_to_wipe: z.array(z.string()),
  mode: z.enum(["ALL", "SYSTEM_DISK", "USER_DISKS"]),
});
const upgradeSchema = z.object({ image: z.string(), stage: z.boolean() });

/** Does something and tells who listens to the machine, under an id that the answer has. */
function act(
  roles: Method["roles"],
  what: Act,
  run: (machine: ConfiguredMachine, context: Context, request: unknown) => Message | void,
): Method {
  return onConfigured(roles, (machine, context, request) => {
    const actor_id = randomUUID();
    const answer = run(machine, context, request) ?? {};
    tell(context.world, machine.guest.address, what, actor_id);
    return { ...answer, actor_id };
  });
}

/** Methods of the machine service that reboot, reset or switch off. */
export const powerMethods: Readonly<Record<string, Method>> = {
  Reset: act(ADMIN, "reset", (machine, context, request) => {
    const { system_partitions_to_wipe, user_disks_to_wipe: userDisks, ...asked } = resetSchema.parse(request);
    const labels = system_partitions_to_wipe.filter(({ wipe }) => wipe).map(({ label }) => label);
    reset(context, machine, { ...asked, labels, userDisks });
  }),
  Reboot: act(OPERATORS, "reboot", (machine, { world, guestsOf }) => reboot(world, guestsOf, machine)),
  Shutdown: act(OPERATORS, "shutdown", ({ guest }, { world, powerOff }) => powerOff(world, guest)),
  Upgrade: act(ADMIN, "upgrade", (machine, { world, guestsOf }, request) => {
    const { image } = upgradeSchema.parse(request);
    upgrade(world, guestsOf, machine, image);
    return { ack: "Upgrade request received" };
  }),
  Rollback: onConfigured(ADMIN, (machine, { world, guestsOf }) => {
    rollback(world, guestsOf, machine);
    return {};
  }),
};
