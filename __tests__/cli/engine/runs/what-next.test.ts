import { nextCommands } from "../../../../cli/engine/runs/what-next.ts";

const STACKS = ["oci", "proxmox", "talos"].map((name) => ({ name }));

const commands = (done: readonly string[], kubeconfig: string | null): readonly string[] =>
  nextCommands(STACKS, new Set(done), kubeconfig).map(([command]) => command);

describe("what comes after a deploy", () => {
  it("is the rest of the lab as long as its cluster is not deployed", () => {
    expect(commands(["oci"], null)).toEqual(["npx cdktf deploy proxmox talos"]);
    expect(commands(["oci"], ".sandbox/kubeconfig")).toEqual(["npx cdktf deploy proxmox talos --sandbox"]);
  });

  it("goes through the tunnels on an account", () => {
    expect(commands(["oci", "proxmox", "talos"], null)).toEqual([
      "npx lab kubeconfig --merge",
      "npx lab tunnel -- kubectl get nodes",
      "npx lab validate cluster",
    ]);
  });

  it("leaves the user's own kubeconfig alone in the sandbox", () => {
    expect(commands(["oci", "proxmox", "talos"], ".sandbox/kubeconfig")).toEqual([
      "npx lab kubeconfig --sandbox",
      "kubectl --kubeconfig .sandbox/kubeconfig get nodes",
      "npx lab sandbox open",
    ]);
  });
});
