import { schematicId } from "../../../../../sandbox/talos/model/image-factory.ts";

const guestAgent =
  "customization:\n  systemExtensions:\n    officialExtensions:\n      - siderolabs/qemu-guest-agent\n";

describe("a schematic's id", () => {
  it("is the factory's for one without customization", () => {
    const vanilla = "376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba";
    expect(schematicId("")).toBe(vanilla);
    expect(schematicId("customization: {}\n")).toBe(vanilla);
  });

  it("is the factory's for the guest agent", () => {
    expect(schematicId(guestAgent)).toMatch(/^ce4c980550dd/);
  });

  it("does not depend on how the YAML is written", () => {
    const inline = '{"customization": {"systemExtensions": {"officialExtensions": ["siderolabs/qemu-guest-agent"]}}}';
    expect(schematicId(inline)).toBe(schematicId(guestAgent));
  });

  it("changes with the kernel's arguments", () => {
    expect(schematicId(`${guestAgent}  extraKernelArgs: [console=ttyAMA0]\n`)).not.toBe(schematicId(guestAgent));
  });

  it("is refused for a field that the factory would drop without a word", () => {
    expect(() => schematicId("customisation: {}\n")).toThrow(
      "unknown field customisation (line 1); is customization meant?",
    );
  });
});
