import { BASE, type StackName, synthesize } from "./synthesize.ts";

const presets = ["free", "free-pair", "payg"] as const;
const stacks: StackName[] = ["oci", "proxmox", "talos"];

describe.each(presets)("preset %s", (preset) => {
  const lab = synthesize({ ...BASE, preset });

  it.each(stacks)("synthesizes stack %s", (stack) => {
    expect(lab[stack]).toMatchSnapshot();
  });

  it("comes out the same a second time", () => {
    expect(synthesize({ ...BASE, preset })).toEqual(lab);
  });

  it("names no path and no secret of this machine", () => {
    const text = JSON.stringify(lab);
    expect(text).not.toContain(process.cwd());
    expect(text).not.toMatch(/PRIVATE KEY|\$6\$/);
  });

  it("pins the three providers", () => {
    const versions = Object.values(lab).flatMap((stack) => Object.values(stack.terraform.required_providers));
    expect(new Set(versions.map(({ source, version }) => `${source} ${version}`))).toEqual(
      new Set(["oracle/oci 8.28.0", "bpg/proxmox 0.111.1", "siderolabs/talos 0.11.0"]),
    );
  });
});
