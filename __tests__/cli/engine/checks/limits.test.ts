import { ACCOUNT_LIMITS, accountUse } from "../../../../cli/clients/oci-limits.ts";
import type { Oci } from "../../../../cli/clients/oci.ts";
import { limitRows, limitsTable, type Sources } from "../../../../cli/engine/checks/limits.ts";
import { parseState, type State } from "../../../../cli/engine/state/state.ts";
import { LIMITS } from "../../../../config/limits.ts";
import { LIMITS as TENANCY_LIMITS } from "../../../../sandbox/oci/model/limits.ts";

function stateOf(type: string, attributes: Readonly<Record<string, unknown>>): State {
  const resources = [{ mode: "managed", type, name: "it", instances: [{ attributes }] }];
  return parseState(JSON.stringify({ version: 4, resources }), "here");
}

const A1 = stateOf("oci_core_instance", {
  id: "ocid1.instance.oc1..a",
  shape: "VM.Standard.A1.Flex",
  shape_config: [{ ocpus: 4, memory_in_gbs: 12 }],
  source_details: [{ boot_volume_size_in_gbs: "150" }],
});
const NOTHING: Sources = { config: [], imageBuilt: true, states: new Map(), account: new Map() };

function row(name: keyof typeof LIMITS, sources: Partial<Sources>) {
  return limitRows({ ...NOTHING, ...sources }).find((each) => each.name === name);
}
const line = (label: string, sources: Partial<Sources>, asked = false): string | undefined =>
  limitsTable(limitRows({ ...NOTHING, ...sources }), asked)
    .find((each) => each.startsWith(label))
    ?.replaceAll(/ {2,}/g, " | ");

describe("use against Always Free", () => {
  it("has a row for every limit, each with its source", () => {
    expect(limitRows(NOTHING).map(({ name }) => name)).toEqual(Object.keys(LIMITS));
    const table = limitsTable(limitRows(NOTHING), false);
    for (const { source } of Object.values(LIMITS)) expect(table.join("\n")).toContain(`] ${source}`);
  });

  it("counts what is in a state, and says which resource of which stack it is", () => {
    const states = new Map([["oci", A1]]);
    expect(row("volumeGb", { states })?.deployed).toEqual({
      used: 150,
      by: ["oci/oci_core_instance.it"],
      over: false,
    });
    expect(line("A1 OCPUs", { states })).toBe(
      "A1 OCPUs | 0 OCPU | 4 OCPU | 2 OCPU | [1] | deployed is over: give hosts[].ocpus a sum of at most 2",
    );
  });

  it("says of a config over a limit what to change", () => {
    const config = [{ limit: "vcns", amount: 3, by: "oci/network/vcn" }] as const;
    expect(line("VCNs", { config })).toBe("VCNs | 3 | - | 2 | [5] | over: have at most 2 VCNs");
  });

  it("knows nothing of traffic, of objects from a state, nor of an image that was not built", () => {
    const states = new Map([["oci", A1]]);
    expect(row("egressTb", { states })).toMatchObject({ config: null, deployed: null });
    expect(row("objectStorageGb", { states })).toMatchObject({ config: { used: 0 }, deployed: null });
    expect(row("objectStorageGb", { imageBuilt: false })?.config).toBeNull();
  });

  it("shows what the account counts against the account's own limit", () => {
    const account = new Map([["a1Ocpus", { used: 6, allowed: 80 }]] as const);
    expect(line("A1 OCPUs", { account }, true)).toBe("A1 OCPUs | 0 OCPU | - | 6 of 80 OCPU | 2 OCPU | [1]");
    expect(line("VCNs", { account }, true)).toBe("VCNs | 0 | - | - | 2 | [5]");
  });

  it("asks the account of the availability domain where the lab is, and passes over what it does not have", async () => {
    const asked: string[] = [];
    const account: Oci = {
      tenancy: "t",
      credentials: "a test",
      post: () => Promise.reject(new Error("nothing is changed")),
      text: () => Promise.reject(new Error("all is JSON")),
      remove: () => Promise.reject(new Error("nothing is changed")),
      list: async (_service, path, schema) => {
        const values = ["AD-1", "AD-2"].map((availabilityDomain, value) => ({
          scopeType: "AD",
          availabilityDomain,
          value,
        }));
        return schema.array().parse(path.includes("a1-core") ? values : []);
      },
      get: async (_service, path, schema) => {
        asked.push(path);
        return schema.parse({ used: 1, available: 0 });
      },
    };
    expect([...(await accountUse(account, "AD-2"))]).toEqual([["a1Ocpus", { used: 1, allowed: 1 }]]);
    expect(asked).toEqual([
      "/20190729/services/compute/limits/standard-a1-core-count/resourceAvailability?compartmentId=t&availabilityDomain=AD-2",
    ]);
  });

  it("knows every limit that the sandbox's tenancy counts", () => {
    expect(Object.keys(ACCOUNT_LIMITS)).toEqual(Object.values(TENANCY_LIMITS).map(({ name }) => name));
  });
});
