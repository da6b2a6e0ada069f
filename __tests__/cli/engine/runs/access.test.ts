import { hostAddresses } from "../../../../cli/engine/runs/access.ts";

describe("the hosts' addresses", () => {
  it("are taken from the output as an object or as JSON text", () => {
    expect(hostAddresses({ "pve-1": "192.0.2.1" })).toEqual({ "pve-1": "192.0.2.1" });
    expect(hostAddresses('{"pve-1":"192.0.2.1"}')).toEqual({ "pve-1": "192.0.2.1" });
  });

  it("are asked for where the output is missing", () => {
    expect(() => hostAddresses(undefined)).toThrow("stack oci has no output host_public_ips");
  });
});
