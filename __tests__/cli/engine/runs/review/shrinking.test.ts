import { refuseShrinking } from "../../../../../cli/engine/runs/plan-document.ts";

const instance = (gb: string) => ({ display_name: "pve-1", source_details: [{ boot_volume_size_in_gbs: gb }] });

function plan(actions: readonly string[], before: string, after: string) {
  const change = {
    actions: [...actions],
    before: instance(before),
    after: instance(after),
    replace_paths: [],
    awaits: {},
  };
  return {
    changes: new Map([
      [
        "oci_core_instance.pve-1_instance_0A",
        { after_unknown: {}, before_sensitive: {}, after_sensitive: {}, ...change },
      ],
    ]),
  };
}

describe("a plan with another size of a boot volume", () => {
  it("is refused where it shrinks in place, with host, size and way out", () => {
    expect(() => refuseShrinking(plan(["update"], "150", "60"))).toThrow(
      /^bootVolumeGb of pve-1: got 60, allowed 150 or more: a boot volume grows only; for a smaller one /,
    );
  });

  it.each([
    ["grows", ["update"], "60", "150"],
    ["stays", ["update"], "150", "150"],
    ["is of an instance made anew", ["delete", "create"], "150", "60"],
  ] as const)("is taken where it %s", (_what, actions, before, after) => {
    expect(() => refuseShrinking(plan(actions, before, after))).not.toThrow();
  });
});
