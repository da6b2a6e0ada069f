import { hostAddresses } from "../../cli/access/access.ts";
import { parseProfile } from "../../cli/access/oci-profile.ts";

describe("the hosts' addresses", () => {
  it("are taken from the output as an object or as JSON text", () => {
    expect(hostAddresses({ "pve-1": "192.0.2.1" })).toEqual({ "pve-1": "192.0.2.1" });
    expect(hostAddresses('{"pve-1":"192.0.2.1"}')).toEqual({ "pve-1": "192.0.2.1" });
  });

  it("are asked for where the output is missing", () => {
    expect(() => hostAddresses(undefined)).toThrow("stack oci has no output host_public_ips");
  });
});

describe("a profile of ~/.oci/config", () => {
  const text =
    "[DEFAULT]\nuser = u\ntenancy=ocid1.tenancy.default\n\n; other\n[lab]\n # comment\ntenancy = ocid1.tenancy.lab \n";

  it("is read with spaces and comments around its values", () => {
    expect(parseProfile(text, "lab")["tenancy"]).toBe("ocid1.tenancy.lab");
  });

  it("falls back to DEFAULT", () => {
    expect(parseProfile(text, "lab")["user"]).toBe("u");
    expect(parseProfile(text, "none")["tenancy"]).toBe("ocid1.tenancy.default");
  });
});
