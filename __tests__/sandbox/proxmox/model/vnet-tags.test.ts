import { PveError } from "../../../../sandbox/proxmox/model/errors.ts";
import { checkTag, type OtherVnet } from "../../../../sandbox/proxmox/model/vnet-tags.ts";

/** Why a tag is refused; null where it is taken. */
function refusal(type: string, vnet: object, others: readonly OtherVnet[] = []): unknown {
  try {
    checkTag({ type: "vnet", zone: "lab", ...vnet }, { type }, others);
    return null;
  } catch (error) {
    return error instanceof PveError ? error.parameters : error;
  }
}

const other = (zone: string, type: string, tag?: number): OtherVnet => ({
  id: "before",
  vnet: { type: "vnet", zone, ...(tag === undefined ? {} : { tag }) },
  zone: { type },
});

describe("the tag of a vnet", () => {
  it.each([
    ["simple", {}, null],
    ["simple", { tag: 1 }, "vlan tag is not allowed on simple zone"],
    ["vlan", { tag: 4096, vlanaware: true }, null],
    ["vlan", {}, "missing vlan tag"],
    ["vlan", { tag: 4097 }, "vlan tag max value is 4096"],
    ["qinq", { tag: 4096, vlanaware: true }, null],
    ["qinq", {}, null],
    ["qinq", { tag: 4097 }, "VLAN tag maximal value is 4096"],
    ["vxlan", { tag: 16777216, vlanaware: true }, null],
    ["vxlan", {}, "missing vxlan tag"],
    ["vxlan", { tag: 16777217 }, "vxlan tag max value is 16777216"],
    ["evpn", { tag: 16777216 }, null],
    ["evpn", {}, "missing vxlan tag"],
  ])("of a zone of type %s may be %j: %s", (type, vnet, why) => {
    expect(refusal(type, vnet)).toEqual(why === null ? null : { tag: why });
  });

  it("of an EVPN zone goes with no vlan-aware bridge", () => {
    expect(refusal("evpn", { tag: 1, vlanaware: true })).toEqual({
      "vlan-aware": "vlan-aware option can't be enabled with evpn",
    });
  });

  it("is unique in a zone of VLANs, where another zone may have the same", () => {
    expect(refusal("vlan", { tag: 7 }, [other("other", "vlan", 7)])).toBeNull();
    expect(refusal("vlan", { tag: 7 }, [other("lab", "vlan", 7)])).toEqual({
      tag: "tag 7 already exist in vnet before",
    });
  });

  it("may be missing once in a QinQ zone", () => {
    expect(refusal("qinq", {}, [other("lab", "qinq", 7)])).toBeNull();
    expect(refusal("qinq", {}, [other("lab", "qinq")])).toEqual({
      tag: "tag-less vnet already exists in zone lab vnet before",
    });
  });

  it("is unique among all VXLAN and EVPN zones of a cluster, and not held against a VLAN", () => {
    expect(refusal("evpn", { tag: 7 }, [other("other", "vlan", 7)])).toBeNull();
    for (const type of ["vxlan", "evpn"])
      expect(refusal("vxlan", { tag: 7 }, [other("other", type, 7)])).toEqual({
        tag: "vxlan tag 7 already exist in vnet before in zone other",
      });
  });
});
