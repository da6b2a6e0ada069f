import { TALOS_RELEASES } from "../../../../config/versions.ts";
import { checkTalosStep, installerOf } from "../../../../cli/engine/runs/upgrade-rules.ts";

const refusal = (from: string, to: string, kubernetes: string): string => {
  try {
    checkTalosStep([{ node: "cp-1", talos: from }], to, [kubernetes]);
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

const MINORS = TALOS_RELEASES.map(({ talos }) => talos);
const PAIRS = MINORS.flatMap((from, a) => MINORS.map((to, b) => [from, to, b - a] as const));

describe("a step of Talos", () => {
  it.each(PAIRS)(
    "from %s to %s is taken within the minor version and to the next, and refused else",
    (from, to, step) => {
      const [older, newer] = [
        TALOS_RELEASES.find(({ talos }) => talos === from),
        TALOS_RELEASES.find(({ talos }) => talos === to),
      ];
      const first = Math.max(older?.kubernetes.from ?? 0, newer?.kubernetes.from ?? 0);
      const said = refusal(`${from}.1`, `${to}.2`, `1.${first}.0`);
      if (step === 0 || step === 1) expect(said).toBe("");
      else expect(said).toMatch(step < 0 ? /does not go back$/ : /one minor version at a time, so to 1\.13 first/);
    },
  );

  it.each(TALOS_RELEASES)(
    "to $talos is refused where it does not run the cluster's Kubernetes",
    ({ talos, kubernetes }) => {
      expect(refusal(`${talos}.0`, `${talos}.1`, `1.${kubernetes.to}.9`)).toBe("");
      expect(refusal(`${talos}.0`, `${talos}.1`, `1.${kubernetes.to + 1}.0`)).toMatch(/upgrade Kubernetes first$/);
      expect(refusal(`${talos}.0`, `${talos}.1`, `1.${kubernetes.from - 1}.0`)).toMatch(/upgrade Kubernetes first$/);
    },
  );

  it("is refused to a version that is not known, or not whole", () => {
    for (const to of ["1.99.0", "1.14", "x"])
      expect(refusal("1.13.9", to, "1.36.3")).toBe(
        `--to: got ${to}, allowed a full version of Talos 1.12, 1.13 and 1.14, such as 1.14.1`,
      );
  });

  it("goes back neither by a patch", () => {
    expect(refusal("1.14.2", "1.14.1", "1.36.3")).toBe(
      "--to: got 1.14.1, but cp-1 runs 1.14.2: an upgrade does not go back",
    );
  });

  it("keeps the schematic of the installer", () => {
    expect(installerOf("f.example:5000/nocloud-installer/abc:v1.13.9", "1.14.1")).toBe(
      "f.example:5000/nocloud-installer/abc:v1.14.1",
    );
  });
});
