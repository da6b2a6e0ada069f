import { type Client, rootClient } from "../client.ts";
import { baseLab } from "../lab.ts";

describe("the options of a cluster", () => {
  let api: Client;
  beforeEach(async () => {
    const { world } = await baseLab();
    api = await rootClient(world);
  });
  afterEach(() => api.close());

  it("are told in the parts of what is written as one string", async () => {
    await api.does("PUT", "cluster/options", {
      crs: "ha=static,ha-rebalance-on-start=1",
      migration: "insecure,network=10.0.0.0/8",
      "next-id": "lower=200,upper=300",
      "registered-tags": "one;two",
      "user-tag-access": "user-allow=list,user-allow-list=lab;kept",
      bwlimit: "clone=1000",
      max_workers: 5,
      description: "two\nlines",
    });
    expect(await api.get("cluster/options")).toEqual({
      mac_prefix: "BC:24:11",
      crs: { ha: "static", "ha-rebalance-on-start": 1 },
      migration: { type: "insecure", network: "10.0.0.0/8" },
      "next-id": { lower: "200", upper: "300" },
      "registered-tags": ["one", "two"],
      "user-tag-access": { "user-allow": "list", "user-allow-list": ["lab", "kept"] },
      bwlimit: "clone=1000",
      max_workers: "5",
      description: "two\nlines\n",
    });
  });

  it("are not told any more once they are deleted", async () => {
    await api.does("PUT", "cluster/options", { keyboard: "pl", console: "html5" });
    await api.does("PUT", "cluster/options", { delete: "keyboard,console" });
    expect(await api.get("cluster/options")).toEqual({ mac_prefix: "BC:24:11", description: "" });
  });
});
