import type { ResourceType } from "../../plugin/resource.ts";
import { configured, onMachine } from "./client.ts";
import type { GuestsOf } from "../model/guests.ts";
import { bootstrap, configuredMachines } from "../model/machines.ts";
import { accessOf, defaultEndpoint } from "./attributes.ts";

const id = "machine_bootstrap";

/** `talos_machine_bootstrap`: once for a cluster. Any change to it is only noted, as the provider does. */
export function machineBootstrap(guestsOf: GuestsOf): ResourceType {
  return {
    plan: (_call, _prior, proposed, known) => defaultEndpoint(proposed, known),
    create({ world }, planned) {
      onMachine("Error bootstrapping node", world, guestsOf, accessOf(planned), (machine) =>
        bootstrap(world, guestsOf, configured(machine)),
      );
      return { id };
    },
    read: () => ({}),
    update: () => ({}),
    delete() {},
    /** Takes any id, and learns from the config where the machine is. */
    importState({ world }) {
      const running = configuredMachines(world, guestsOf).some(({ entry }) => entry.bootstrapped);
      return running ? { id } : null;
    },
  };
}
