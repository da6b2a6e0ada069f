import { schematicId, schematicYaml, TALOS_EXTENSIONS } from "../../topology/schematic.ts";

describe("a schematic", () => {
  it("without extensions has the id of the stock image", () => {
    expect(schematicId(schematicYaml([]))).toBe("376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba");
  });

  it("with the guest agent has the id that the image factory gives it", () => {
    const id = "ce4c980550dd2ab1b17bbf2b08801c7eb59418eafe8f279833297925d67c7515";
    expect(schematicId(schematicYaml(["siderolabs/qemu-guest-agent"]))).toBe(id);
  });

  it("of the lab has the guest agent", () => {
    expect(TALOS_EXTENSIONS).toContain("siderolabs/qemu-guest-agent");
  });
});
