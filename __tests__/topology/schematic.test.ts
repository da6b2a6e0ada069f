import { PRESETS } from "../../config/presets.ts";
import { labSchematic, schematicId, schematicYaml } from "../../topology/schematic.ts";

describe("a schematic", () => {
  it("with nothing in it has the id of the stock image", () => {
    expect(schematicId(schematicYaml({ extensions: [], kernelArgs: [] }))).toBe(
      "376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba",
    );
  });

  it("with the guest agent has the id that the image factory gives it", () => {
    const id = "ce4c980550dd2ab1b17bbf2b08801c7eb59418eafe8f279833297925d67c7515";
    expect(schematicId(schematicYaml({ extensions: ["siderolabs/qemu-guest-agent"], kernelArgs: [] }))).toBe(id);
  });

  it("of the lab has the guest agent, and a console on the serial port that arm64 guests have", () => {
    expect(labSchematic(PRESETS.free)).toBe(`customization:
    extraKernelArgs:
        - console=ttyAMA0
    systemExtensions:
        officialExtensions:
            - siderolabs/qemu-guest-agent
`);
  });

  it("has what a config adds behind what the lab needs, each once", () => {
    const talos = {
      extensions: ["siderolabs/iscsi-tools", "siderolabs/qemu-guest-agent"],
      kernelArgs: ["net.ifnames=0"],
      patches: [],
    };
    expect(labSchematic({ ...PRESETS.free, talos })).toBe(`customization:
    extraKernelArgs:
        - console=ttyAMA0
        - net.ifnames=0
    systemExtensions:
        officialExtensions:
            - siderolabs/qemu-guest-agent
            - siderolabs/iscsi-tools
`);
  });
});
