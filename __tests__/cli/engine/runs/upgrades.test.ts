import * as fc from "fast-check";
import { kubernetesIn, kubernetesNote, talosIn, talosNote } from "../../../../cli/engine/runs/preconditions.ts";
import { parseState } from "../../../../cli/engine/state/state.ts";
import { linesOf } from "../../../config/labs.ts";

const state = (...resources: readonly (readonly [type: string, attributes: object])[]) =>
  parseState(
    JSON.stringify({
      version: 4,
      resources: resources.map(([type, attributes], n) => ({
        mode: "managed",
        type,
        name: `x${n}`,
        instances: [{ attributes }],
      })),
    }),
    "state",
  );

const IMAGE = ["proxmox_download_file", { url: "https://f.example/image/abc/v1.13.9/nocloud-arm64.qcow2" }] as const;
const MACHINE = ["proxmox_virtual_environment_vm", { name: "cp-1" }] as const;

describe("a version that a deploy would change", () => {
  it("is known by what the last deploy made", () => {
    expect(talosIn(state(IMAGE, MACHINE))).toBe("1.13.9");
    const machine_configuration = "machine:\n  kubelet:\n    image: ghcr.io/siderolabs/kubelet:v1.36.3\n";
    expect(kubernetesIn(state(["talos_machine_configuration_apply", { machine_configuration }]))).toBe("1.36.3");
  });

  it("is none where there are no machines yet", () => {
    expect([talosIn(state(IMAGE)), talosIn(state()), kubernetesIn(state(MACHINE))]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("is said to upgrade no machine where it is Talos's", () => {
    expect(talosNote("1.13.9", "1.14.0")).toMatch(
      /^note: versions\.talos 1\.13\.9 → 1\.14\.0 upgrades no machine: .+ 1\.14\.0$/,
    );
  });

  it("of Kubernetes is a note inside the minor version and for the next, and refused for all others", () => {
    const minor = fc.integer({ min: 30, max: 40 });
    const patch = fc.integer({ min: 0, max: 20 });
    fc.assert(
      fc.property(minor, patch, minor, patch, (from, fromPatch, to, toPatch) => {
        const lines = linesOf(() => kubernetesNote(`1.${from}.${fromPatch}`, `1.${to}.${toPatch}`));
        const expected = expect.stringMatching(/^versions\.kubernetes: got .+, allowed 1\.\d+( or 1\.\d+)? \(/);
        expect(lines).toEqual(to - from === 0 || to - from === 1 ? [] : [expected]);
      }),
    );
  });

  it("of Kubernetes is never said to be one that no Talos runs yet", () => {
    expect(linesOf(() => kubernetesNote("1.37.2", "1.39.0"))).toEqual([
      expect.stringContaining("got 1.39.0, allowed 1.37 (the cluster runs 1.37.2"),
    ]);
  });
});
