import { parseConfig, type PresetName } from "../../../../config/index.ts";
import { NO_STATE } from "../../../../cli/engine/state/state.ts";
import type { CheckContext } from "../../../../cli/engine/checks/check-context.ts";
import { planTopology } from "../../../../topology/plan.ts";

/** What a check stands on where nothing answers: a test puts in what it needs. */
export function groundOf(input: { readonly preset: PresetName }): CheckContext {
  const config = {
    name: "lab",
    oci: { region: "eu-frankfurt-1" },
    access: { adminCidrs: ["203.0.113.7/32"] },
    ...input,
  };
  const silent = () => Promise.reject(new Error("nobody answers"));
  return {
    topology: planTopology(parseConfig(config, "a test")),
    oci: NO_STATE,
    admin: { server: new URL("https://192.0.2.1:6443"), ca: "", cert: "", key: "" },
    certificates: [],
    now: new Date(),
    kubernetes: { get: silent },
    talos: (node) => {
      throw new Error(`${node} is not there`);
    },
    account: { unasked: "there is none", advice: "have one" },
    sandbox: false,
  };
}
