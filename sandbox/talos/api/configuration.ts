/** ApplyConfiguration, in its modes (siderolabs/talos v1.13.9, v1alpha1_server.go). */
import { z } from "zod";
import { unifiedDiff } from "../model/diff.ts";
import { checked, configure, MachineError } from "../model/machines.ts";
import { endTrial, reboot, stage, tryOut } from "../model/lifecycle.ts";
import type { Context, Message, Method } from "./method.ts";

const requestSchema = z.object({
  data: z.instanceof(Uint8Array),
  mode: z.enum(["REBOOT", "AUTO", "NO_REBOOT", "STAGED", "TRY"]),
  dry_run: z.boolean(),
  try_mode_timeout: z.object({ seconds: z.string(), nanos: z.number() }).nullish(),
});
type ApplyRequest = z.infer<typeof requestSchema>;
type Mode = ApplyRequest["mode"];

const TRIAL_SECONDS = 60;

const DETAILS: Readonly<Record<Exclude<Mode, "AUTO">, string>> = {
  REBOOT: "Applied configuration with a reboot",
  NO_REBOOT: "Applied configuration without a reboot",
  STAGED: "Staged configuration to be applied after the next reboot",
  TRY: "Applied configuration without a reboot",
};

/** A machine in maintenance takes its configuration from anybody, a configured one from admins. */
export const applyConfiguration: Method = {
  roles: ["os:admin", "os:reader"],
  run(context, request) {
    const { machine, roles } = context;
    if (machine.stage === "configured" && !roles.has("os:admin"))
      throw new MachineError("PermissionDenied", "not authorized");
    const asked = requestSchema.parse(request);
    const configuration = Buffer.from(asked.data).toString();
    const before = machine.stage === "configured" ? machine.entry.configuration : null;
    checked(configuration, machine);
    const mode = resolved(asked.mode, machine.stage === "maintenance");
    if (asked.dry_run) return dryRun(mode, unifiedDiff(before ?? "", configuration));
    return { mode, mode_details: apply(context, mode, configuration, asked), warnings: [] };
  },
};

/** No change that the sandbox knows of needs a reboot. */
function resolved(mode: Mode, inMaintenance: boolean): Exclude<Mode, "AUTO"> {
  return mode === "AUTO" || (inMaintenance && mode === "REBOOT") ? "NO_REBOOT" : mode;
}

function dryRun(mode: Exclude<Mode, "AUTO">, diff: string): Message {
  const changes = diff === "" ? "No changes." : `Config diff:\n\n${diff}`;
  return { mode, mode_details: `Dry run summary:\n${DETAILS[mode]} (skipped in dry-run).\n${changes}`, warnings: [] };
}

function apply(
  { world, guestsOf, machine }: Context,
  mode: Exclude<Mode, "AUTO">,
  configuration: string,
  asked: ApplyRequest,
): string {
  if (machine.stage === "configured" && mode === "TRY") {
    const { seconds = TRIAL_SECONDS, nanos = 0 } = asked.try_mode_timeout ?? {};
    const trial = Number(seconds) + nanos / 1e9;
    tryOut(world, guestsOf, machine, configuration, trial * 1000);
    return `${DETAILS.TRY}\nThe config is applied in 'try' mode and will be automatically reverted back in ${trial}s`;
  }
  endTrial(world, machine.guest.address);
  if (machine.stage === "configured" && mode === "STAGED") {
    stage(world, machine, configuration);
    return DETAILS.STAGED;
  }
  configure(world, guestsOf, machine, configuration);
  if (machine.stage === "configured" && mode === "REBOOT") reboot(world, guestsOf, machine);
  return DETAILS[mode];
}
