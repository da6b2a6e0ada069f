import { configWarnings } from "../../config/index.ts";
import { lab, LEAST } from "./labs.ts";

const reachable = { ...LEAST, access: { adminCidrs: ["8.8.8.8/32"] } };

describe("configWarnings", () => {
  it("has nothing to say about the free preset with an address of one's own", () => {
    expect(configWarnings(lab(reachable))).toEqual([]);
  });

  it("says that the example's address lets nobody in", () => {
    expect(configWarnings(lab())).toEqual([expect.stringContaining("access.adminCidrs[0]: 203.0.113.7/32")]);
  });

  it("says that a private address is never seen by Oracle", () => {
    const warnings = configWarnings(lab({ access: { adminCidrs: ["192.168.1.0/24"] } }));
    expect(warnings).toEqual([expect.stringContaining("private address")]);
  });

  it.each(["127.0.0.1/32", "169.254.0.0/16", "224.0.0.1/32", "240.0.0.0/8", "0.0.0.0/8"])(
    "warns that %s is no source address on the Internet",
    (cidr) => {
      const warnings = configWarnings(lab({ access: { adminCidrs: [cidr] } }));
      expect(warnings).toEqual([
        `access.adminCidrs[0]: nobody comes from ${cidr} over the Internet; put your public address there`,
      ]);
    },
  );

  it("says what 0.0.0.0/0 opens", () => {
    const warnings = configWarnings(lab({ access: { adminCidrs: ["0.0.0.0/0"], allowAnywhere: true } }));
    expect(warnings).toEqual([expect.stringContaining("opens SSH and the API server")]);
  });

  it("says that free-pair's control plane is below Talos's minimum", () => {
    const warnings = configWarnings(lab({ ...reachable, preset: "free-pair" }));
    expect(warnings).toEqual([
      "cp-1: 1 vCPU and 2048 MB is below Talos's minimum for a control-plane (2 vCPU, 2048 MB)",
    ]);
  });

  it("says that payg may cost money", () => {
    expect(configWarnings(lab({ ...reachable, preset: "payg" }))).toEqual([expect.stringMatching(/^allowPaid: /)]);
  });

  it("says that two hosts without a micro lose quorum", () => {
    const warnings = configWarnings(lab({ ...reachable, preset: "free-pair", micro: null }));
    expect(warnings).toContainEqual(expect.stringMatching(/^hosts: 2 hosts without a micro/));
  });

  it("says that one host needs no QDevice", () => {
    const warnings = configWarnings(lab({ ...reachable, micro: { name: "qdevice-1", bootVolumeGb: 50 } }));
    expect(warnings).toEqual([expect.stringMatching(/^micro: 1 host need/)]);
  });

  it("says that control planes on too few hosts do not survive one", () => {
    const { nodes } = lab().kubernetes;
    const three = ["cp-2", "cp-3"].flatMap((name) => nodes.slice(0, 1).map((node) => ({ ...node, name })));
    const warnings = configWarnings(lab({ ...reachable, kubernetes: { nodes: [...nodes, ...three] } }));
    expect(warnings).toEqual([expect.stringContaining("3 control planes on 1 host")]);
  });
});
