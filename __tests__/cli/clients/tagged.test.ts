import { join } from "node:path";
import { openOci } from "../../../cli/clients/oci.ts";
import { taggedIn } from "../../../cli/clients/oci-objects.ts";
import { type Api, ociApi } from "../../sandbox/oci/client.ts";

let api: Api;
beforeEach(async () => {
  api = await ociApi();
});
afterEach(() => api.end());

it("an account is asked for what carries a lab's tag, and for nothing of another lab", async () => {
  const compartmentId = api.store.state.oci.tenancyId;
  for (const lab of ["lab", "other"]) {
    const body = { compartmentId, cidrBlocks: ["10.0.0.0/16"], displayName: `vcn of ${lab}`, freeformTags: { lab } };
    expect((await api.call("POST", "/20160918/vcns", body)).status).toBe(200);
  }
  const subnet = { compartmentId, vcnId: api.store.state.oci.vcns[0]?.id, cidrBlock: "10.0.0.0/24" };
  const subnetIds = [(await api.call("POST", "/20160918/subnets", subnet)).body.id];
  const shape = { shapeName: "flexible", shapeDetails: { minimumBandwidthInMbps: 10, maximumBandwidthInMbps: 10 } };
  const balancer = {
    compartmentId,
    displayName: "web\noci no changes",
    subnetIds,
    freeformTags: { lab: "lab" },
    ...shape,
  };
  expect((await api.call("POST", "/20170115/loadBalancers", balancer)).status).toBe(202);
  const clients = [
    "core.Compute",
    "core.VirtualNetwork",
    "network_load_balancer.NetworkLoadBalancer",
    "load_balancer.LoadBalancer",
  ];
  const account = await openOci({
    region: "eu-frankfurt-1",
    signIn: { auth: "profile", profile: "DEFAULT" },
    env: {
      OCI_CLI_CONFIG_FILE: join(api.home, "oci", "config"),
      CLIENT_HOST_OVERRIDES: clients.map((client) => `oci_${client}Client=${api.url}`).join(";"),
    },
    signal: new AbortController().signal,
  });
  expect(await taggedIn(account, compartmentId, "lab")).toEqual([
    { type: "oci_core_vcn", id: expect.stringMatching(/^ocid1\.vcn\./), name: "vcn of lab" },
    {
      type: "oci_load_balancer_load_balancer",
      id: expect.stringMatching(/^ocid1\.loadbalancer\./),
      name: String.raw`web\noci no changes`,
    },
  ]);
});
