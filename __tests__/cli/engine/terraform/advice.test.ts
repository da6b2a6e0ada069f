import { adviceOn } from "../../../../cli/engine/terraform/diagnostics.ts";
import type { Stack } from "../../../../cli/engine/terraform/stack.ts";
import { wayOut } from "../../../../sandbox/daemon/tunnels.ts";

const stack: Stack = {
  name: "talos",
  folder: "",
  file: "",
  dependencies: [],
  variables: [],
  sensitiveVariables: [],
  stateFile: "",
  backend: { kind: "local", config: {} },
  initInputs: "",
  resources: {},
};
const advice = (summary: string, detail: string, address?: string): string =>
  adviceOn(stack, [{ severity: "error", summary, detail, ...(address !== undefined && { address }) }]).join("\n");

describe("advice", () => {
  it("names what may have ended a provider of which Terraform says only that it did not respond", () => {
    const text = advice("Plugin did not respond", "The plugin encountered an error, and failed to respond");
    expect(text).toMatch(/^To do about the provider: .*`ulimit -u`/);
  });

  it("says of a machine that Proxmox VE has locked which lock it is, and how it goes", () => {
    const said = "error waiting for VM shutdown: received an HTTP 500 response - Reason: VM is locked (backup)";
    const text = advice("Error deleting VM", said, "proxmox_virtual_environment_vm.cp-1_vm");
    expect(text).toMatch(/^To do about proxmox_virtual_environment_vm\.cp-1_vm: .* for a backup .*qm unlock/);
  });

  it("takes in a bootstrap that was done before", () => {
    const said = "rpc error: code = AlreadyExists desc = etcd data directory is not empty";
    expect(advice("Error bootstrapping node", said, "talos_machine_bootstrap.bootstrap")).toContain(
      "npx cdktf deploy talos --recover-id talos_machine_bootstrap.bootstrap=machine_bootstrap",
    );
  });

  it("tells too many open files from a port that is in use", () => {
    expect(wayOut("EMFILE")).toContain("`ulimit -n`");
    expect(wayOut("EADDRINUSE")).toContain("access.basePort");
  });
});
