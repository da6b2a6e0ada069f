import type { z } from "zod";
import { capacityIn, everywhere, type Wanted } from "../../../cli/clients/oci-limits.ts";
import type { Oci } from "../../../cli/clients/oci.ts";

const HOST: Wanted = { host: "pve-1", shape: "VM.Standard.A1.Flex", ocpus: 2, memoryGb: 12, faultDomain: null };

/** An account that answers each question for capacity by these lines, and counts them. */
function account(lines: readonly object[]): Oci & { asked: object[] } {
  const asked: object[] = [];
  return {
    tenancy: "ocid1.tenancy.oc1..a",
    credentials: "test",
    asked,
    get: () => Promise.reject(new Error("not asked here")),
    list: () => Promise.reject(new Error("not asked here")),
    text: () => Promise.reject(new Error("not asked here")),
    remove: () => Promise.reject(new Error("not asked here")),
    async post<T>(_service: string, _path: string, body: object, schema: z.ZodType<T>): Promise<T> {
      asked.push(body);
      return schema.parse({ shapeAvailabilities: lines });
    },
  };
}

const line = (faultDomain: string | null, availabilityStatus: string) => ({ faultDomain, availabilityStatus });

describe("a capacity report", () => {
  it("without a fault domain has room where one of the domains has", async () => {
    const full = [line("FAULT-DOMAIN-1", "OUT_OF_HOST_CAPACITY"), line("FAULT-DOMAIN-2", "OUT_OF_HOST_CAPACITY")];
    const room = [...full, line("FAULT-DOMAIN-3", "AVAILABLE")];
    expect(await capacityIn(account(room), "AD-1", [HOST])).toMatchObject([{ status: "AVAILABLE" }]);
    expect(await capacityIn(account(full), "AD-1", [HOST])).toMatchObject([{ status: "OUT_OF_HOST_CAPACITY" }]);
    expect(await capacityIn(account([line(null, "AVAILABLE")]), "AD-1", [HOST])).toMatchObject([
      { status: "AVAILABLE" },
    ]);
  });

  it("of one fault domain is that domain's", async () => {
    const lines = [line("FAULT-DOMAIN-1", "AVAILABLE"), line("FAULT-DOMAIN-2", "OUT_OF_HOST_CAPACITY")];
    const pinned: Wanted = { ...HOST, faultDomain: "FAULT-DOMAIN-2" };
    expect(await capacityIn(account(lines), "AD-1", [pinned])).toMatchObject([{ status: "OUT_OF_HOST_CAPACITY" }]);
  });

  it("is asked for once for hosts of one size", async () => {
    const oci = account([line(null, "AVAILABLE")]);
    await capacityIn(oci, "AD-1", [HOST, { ...HOST, host: "pve-2" }, { ...HOST, host: "pve-3", ocpus: 1 }]);
    expect(oci.asked).toHaveLength(2);
    await capacityIn(oci, "AD-1", everywhere(HOST));
    expect(oci.asked).toHaveLength(6);
  });
});
