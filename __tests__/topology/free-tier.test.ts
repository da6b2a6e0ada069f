import { type LimitName, LIMITS } from "../../config/limits.ts";
import { formatVerdict } from "../../topology/format-verdict.ts";
import { freeTierVerdict, type Use } from "../../topology/free-tier.ts";

const use = (limit: LimitName, amount: number, by = "thing"): Use => ({ limit, amount, by });
const rowOf = (limit: LimitName, uses: readonly Use[]) =>
  freeTierVerdict(uses, false).rows.find((row) => row.limit === limit);

const isLimit = (name: string): name is LimitName => name in LIMITS;
const NAMES = Object.keys(LIMITS).filter(isLimit);
const TOTALS = NAMES.filter((name) => LIMITS[name].rule === "total");

describe("freeTierVerdict", () => {
  it.each(TOTALS)("takes %s exactly at its limit, and refuses the least over it", (limit) => {
    const { allowed } = LIMITS[limit];
    const at = allowed === 0 ? [] : [use(limit, allowed / 2, "one"), use(limit, allowed / 2, "two")];
    expect(rowOf(limit, at)).toMatchObject({ used: allowed, over: false });
    expect(freeTierVerdict(at, false)).toMatchObject({ free: true, accepted: true });
    const over = [...at, use(limit, 0.001, "three")];
    expect(rowOf(limit, over)).toMatchObject({ over: true, by: [...at.map(({ by }) => by), "three"] });
    expect(freeTierVerdict(over, false)).toMatchObject({ free: false, accepted: false });
  });

  it("takes volumes of exactly 50 GB and refuses one of 49, naming only that", () => {
    expect(rowOf("volumeMinimumGb", [use("volumeMinimumGb", 50), use("volumeMinimumGb", 100)])?.over).toBe(false);
    const row = rowOf("volumeMinimumGb", [use("volumeMinimumGb", 50, "good"), use("volumeMinimumGb", 49, "small")]);
    expect(row).toMatchObject({ over: true, used: 49, by: ["small"] });
  });

  it("takes a lab that uses nothing", () => {
    expect(freeTierVerdict([], false)).toMatchObject({ free: true, accepted: true });
  });

  it("has a row for every limit, in the order of the table", () => {
    expect(freeTierVerdict([], false).rows.map(({ limit }) => limit)).toEqual(NAMES);
  });

  it("accepts paid use when it is meant, and still shows it", () => {
    const verdict = freeTierVerdict([use("a1Ocpus", 6)], true);
    expect(verdict).toMatchObject({ free: false, accepted: true });
    expect(verdict.rows[0]).toMatchObject({ over: true, used: 6 });
  });

  it("does not let fractions add up to more than they are", () => {
    const tenths = Array.from({ length: 200 }, (_, index) => use("objectStorageGb", 0.1, `object-${index}`));
    expect(rowOf("objectStorageGb", tenths)).toMatchObject({ used: 20, over: false });
  });

  it("names a resource once, however often it uses a limit", () => {
    expect(rowOf("volumeGb", [use("volumeGb", 50), use("volumeGb", 50)])).toMatchObject({ used: 100, by: ["thing"] });
  });

  it.each([Number.NaN, Infinity, -1])("throws on the amount %d instead of counting it", (amount) => {
    expect(() => freeTierVerdict([use("vcns", amount)], false)).toThrow(/^thing: .+ is no amount of vcns$/);
  });
});

describe("formatVerdict", () => {
  it("is a table of what is used when all is free", () => {
    const uses = [use("a1Ocpus", 2, "pve-1"), use("volumeGb", 150, "pve-1"), use("volumeMinimumGb", 150, "pve-1")];
    expect(formatVerdict(freeTierVerdict(uses, false)).split("\n")).toEqual([
      "limit                   used    allowed         by",
      "A1 OCPUs                2 OCPU  2 OCPU          pve-1",
      "boot and block volumes  150 GB  200 GB          pve-1",
      "smallest volume         150 GB  at least 50 GB  pve-1",
      "Inside every Always Free limit: $0.00 (limits in force since 2026-06-15, checked 2026-09-17)",
    ]);
  });

  it("says what to change where a limit is crossed", () => {
    const uses = [use("a1Ocpus", 2, "pve-1"), use("a1Ocpus", 2, "pve-2"), use("vcns", 1, "vcn")];
    expect(formatVerdict(freeTierVerdict(uses, false)).split("\n")).toEqual([
      "limit     used    allowed  by            what to change",
      "A1 OCPUs  4 OCPU  2 OCPU   pve-1, pve-2  over: give hosts[].ocpus a sum of at most 2",
      "VCNs      1       2        vcn",
      "Over 1 Always Free limit: this costs money (limits in force since 2026-06-15, checked 2026-09-17)",
    ]);
  });

  it("names four users and counts the rest", () => {
    const uses = Array.from({ length: 7 }, (_, index) => use("volumeGb", 50, `volume-${index}`));
    expect(formatVerdict(freeTierVerdict(uses, false))).toContain("volume-0, volume-1, volume-2, volume-3 and 3 more");
  });
});
