import { createHash } from "node:crypto";
import { z } from "zod";
import { type Attributes, type ProviderContext, Refusal, type ResourceType } from "../../plugin/resource.ts";
import { configured, onMachine } from "./client.ts";
import { applyPatches } from "../model/config/patch.ts";
import type { GuestsOf, PowerOff } from "../model/guests.ts";
import { configure } from "../model/machines.ts";
import { reset } from "../model/reset.ts";
import { accessOf, defaultEndpoint, optionalText, refusing } from "./attributes.ts";

const modes = ["auto", "reboot", "no_reboot", "staged", "staged_if_needing_reboot"] as const;
const schema = z.object({
  apply_mode: z.string().nullable(),
  machine_configuration_input: optionalText,
  machine_configuration_input_wo: optionalText.optional(),
  config_patches: z.array(z.string().nullable()).nullable(),
});
const destroySchema = z.object({
  on_destroy: z.object({ reset: z.boolean(), graceful: z.boolean(), reboot: z.boolean() }).nullable(),
});

/** What the provider makes of the input: the configuration with the patches merged in. */
function rendered(attributes: Attributes): string {
  const { machine_configuration_input, machine_configuration_input_wo, config_patches } = schema.parse(attributes);
  const input = machine_configuration_input_wo ?? machine_configuration_input;
  if (input === null) {
    throw new Refusal(
      "Missing machine configuration input",
      "Exactly one of machine_configuration_input or machine_configuration_input_wo must be set",
    );
  }
  return refusing("Error applying config patches", "config_patches", () =>
    applyPatches(
      input,
      (config_patches ?? []).flatMap((patch) => patch ?? []),
    ),
  );
}

function computed(attributes: Attributes): Attributes {
  const { apply_mode, machine_configuration_input_wo } = schema.parse(attributes);
  const configuration = rendered(attributes);
  const mode = apply_mode ?? "auto";
  return {
    machine_configuration_hash: createHash("sha256").update(configuration).digest("hex"),
    // A configuration that must not be in the state does not get there this way either.
    machine_configuration: machine_configuration_input_wo ? null : configuration,
    // No change that the sandbox knows of needs a reboot.
    resolved_apply_mode: mode === "staged_if_needing_reboot" ? "auto" : mode,
  };
}

function checkInputs(attributes: Attributes): void {
  const { apply_mode, machine_configuration_input, machine_configuration_input_wo } = schema.parse(attributes);
  if (apply_mode !== null && !modes.some((mode) => mode === apply_mode)) {
    throw new Refusal(
      "Invalid Attribute Value Match",
      `apply_mode must be one of ${modes.join(", ")}, got "${apply_mode}"`,
      "apply_mode",
    );
  }
  if (machine_configuration_input === null || (machine_configuration_input_wo ?? null) === null) return;
  throw new Refusal(
    "Conflicting machine configuration input",
    "Only one of machine_configuration_input or machine_configuration_input_wo can be set, not both",
  );
}

/** `talos_machine_configuration_apply`: hands a machine its configuration, in maintenance mode or later. */
export function configurationApply(guestsOf: GuestsOf, powerOff: PowerOff): ResourceType {
  const apply = ({ world }: ProviderContext, planned: Attributes): Attributes => {
    const configuration = rendered(planned);
    onMachine("Error applying configuration", world, guestsOf, accessOf(planned), (machine) =>
      configure(world, guestsOf, machine, configuration),
    );
    return { id: "machine_configuration_apply", ...computed(planned) };
  };
  return {
    defaults: {
      apply_mode: "auto",
      "on_destroy.reset": false,
      "on_destroy.graceful": true,
      "on_destroy.reboot": false,
    },
    changesOnUpdate: ["machine_configuration", "machine_configuration_hash", "resolved_apply_mode"],
    plan(_call, _prior, proposed, known) {
      checkInputs(proposed);
      const isKnown = ["machine_configuration_input", "config_patches", "apply_mode"].every(known);
      const { machine_configuration_input: plain, machine_configuration_input_wo: secret } = schema.parse(proposed);
      // Null, it may also be a write-only input that is not known yet.
      const isSet = (plain ?? secret ?? null) !== null;
      return { ...defaultEndpoint(proposed, known), ...(isKnown && isSet ? computed(proposed) : {}) };
    },
    create: apply,
    // The provider reads nothing back: a machine made anew must replace this resource.
    read: () => ({}),
    update: (call, _prior, planned) => apply(call, planned),
    delete({ world }, state) {
      const { on_destroy } = destroySchema.parse(state);
      if (!on_destroy?.reset) return;
      onMachine("Error resetting machine", world, guestsOf, accessOf(state), (machine) => {
        if (machine.stage !== "maintenance") reset({ world, guestsOf, powerOff }, configured(machine), on_destroy);
      });
    },
  };
}
