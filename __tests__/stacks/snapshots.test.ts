import { OCI_LOOKUPS } from "../../cli/engine/runs/lookup-oci.ts";
import { PVE_LOOKUPS } from "../../cli/engine/runs/lookup-proxmox.ts";
import { CLUSTER_KEYS, IMPORT_IDS, importIdOf, knownObjects, REPEATABLE } from "../../cli/engine/state/import-ids.ts";
import { PRESET_NAMES } from "../../config/index.ts";
import { leastOf, stacksOf } from "../config/labs.ts";
import { type StackName, synthesizeAny } from "./synthesize.ts";

describe.each(PRESET_NAMES)("preset %s", (preset) => {
  const lab = synthesizeAny(leastOf(preset));
  const stacks: readonly StackName[] = stacksOf(preset);

  it.each(stacks)("synthesizes stack %s", (stack) => {
    expect(lab[stack]).toMatchSnapshot();
  });

  it("comes out the same a second time", () => {
    expect(synthesizeAny(leastOf(preset))).toEqual(lab);
  });

  it("names no path and no secret of this machine", () => {
    const text = JSON.stringify(lab);
    expect(text).not.toContain(process.cwd());
    expect(text).not.toMatch(/PRIVATE KEY|\$6\$/);
  });

  it("has of each type that a cut-off run may lose the id to import it by, or a way to do it once more", () => {
    const types = [...new Set(Object.values(lab).flatMap(({ resource }) => Object.keys(resource)))];
    const others = types.filter((type) => IMPORT_IDS[type] === undefined && !REPEATABLE.has(type));
    expect(others).toEqual([CLUSTER_KEYS]);
    // A bootstrap has no name to look it up by.
    const notLookedUp = types.filter(
      (type) => IMPORT_IDS[type] !== undefined && (OCI_LOOKUPS[type] ?? PVE_LOOKUPS[type]) === undefined,
    );
    expect(notLookedUp).toEqual(["talos_machine_bootstrap"]);
  });

  it("derives each resource's import id from its own id and those of what it refers to", () => {
    const unknown = Object.values(lab).flatMap(({ resource }) => {
      const lost = Object.entries(resource).flatMap(([type, all]) =>
        Object.keys(all).map((label) => ({ address: `${type}.${label}`, type, id: `id-${label}`, replacedId: null })),
      );
      const known = knownObjects({ resources: resource }, [], lost, new Map());
      return lost.filter((object) => importIdOf(object.type, known.of(object)) === null).map(({ address }) => address);
    });
    expect(unknown).toEqual([]);
  });

  it("pins the providers", () => {
    const versions = Object.values(lab).flatMap((stack) => Object.values(stack.terraform.required_providers));
    expect(new Set(versions.map(({ source, version }) => `${source} ${version}`))).toEqual(
      new Set([
        ...(stacks.includes("oci") ? ["oracle/oci 8.28.0"] : []),
        ...(stacks.includes("proxmox") ? ["bpg/proxmox 0.112.0"] : []),
        "siderolabs/talos 0.11.0",
      ]),
    );
  });
});
