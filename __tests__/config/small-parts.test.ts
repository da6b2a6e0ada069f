import { addressAt, cidrOf, contains, overlaps, parseCidr } from "../../config/cidr.ts";
import { formatPath, shown } from "../../config/errors.ts";
import { quotedList, slotOf } from "../../config/fields.ts";
import { LIMITS, LIMITS_AS_OF, LIMITS_SINCE } from "../../config/limits.ts";
import { nearest } from "../../config/nearest.ts";

describe("parseCidr", () => {
  it.each(["10.0.0.0/8", "0.0.0.0/0", "255.255.255.255/32", "172.16.0.0/12"])("takes %s", (text) => {
    expect(parseCidr(text)).not.toBeNull();
  });

  it.each([
    "10.0.0.1/8",
    "10.0.0/8",
    "10.0.0.0/33",
    "010.0.0.0/8",
    "256.0.0.0/8",
    "10.0.0.0/08",
    "::/0",
    "10.0.0.0",
    "",
  ])("refuses %s", (text) => {
    expect(parseCidr(text)).toBeNull();
  });

  it("counts addresses from the network's own", () => {
    expect(addressAt(cidrOf("192.168.255.0/24"), 255)).toBe("192.168.255.255");
    expect(() => addressAt(cidrOf("192.168.255.0/24"), 256)).toThrow("has no address number 256");
  });

  it("knows networks inside, beside and across each other", () => {
    const [ten, inside, beside] = [cidrOf("10.0.0.0/8"), cidrOf("10.9.0.0/16"), cidrOf("11.0.0.0/8")];
    expect([contains(ten, inside), contains(inside, ten), contains(ten, beside)]).toEqual([true, false, false]);
    expect([overlaps(ten, inside), overlaps(inside, ten), overlaps(ten, beside)]).toEqual([true, true, false]);
  });
});

describe("error lines", () => {
  it("write paths as people do", () => {
    expect(formatPath(["hosts", 0, "name"])).toBe("hosts[0].name");
    expect(formatPath(["tags", "cost centre"])).toBe('tags["cost centre"]');
    expect(formatPath([])).toBe("the whole config");
  });

  it("show any value on one short line", () => {
    expect(shown("a\nb")).toBe(String.raw`"a\nb"`);
    expect(shown(undefined)).toBe("nothing");
    expect(shown({ text: "x".repeat(500) }).length).toBeLessThan(90);
  });
});

describe("nearest", () => {
  const known = ["bootVolumeGb", "memoryGb", "ocpus", "name"];

  it.each([
    ["bootVolumGb", "bootVolumeGb"],
    ["bootVolume", "bootVolumeGb"],
    ["memory", "memoryGb"],
    ["ocpu", "ocpus"],
    ["Name", "name"],
  ])("suggests for %s the field %s", (typo, field) => {
    expect(nearest(typo, known)).toBe(field);
  });

  it("suggests nothing when nothing is near", () => {
    expect(nearest("colour", known)).toBeUndefined();
  });
});

describe("slotOf", () => {
  it.each([
    ["pve-1", 1],
    ["arm-2-10", 10],
    ["worker-120", 120],
  ])("reads %s as %d", (name, slot) => {
    expect(slotOf(name)).toBe(slot);
  });
});

describe("LIMITS", () => {
  it("names a label, a source and an advice for every limit, and when they were read", () => {
    for (const limit of Object.values(LIMITS)) {
      expect(limit.label).not.toBe("");
      expect(limit.source).toMatch(/\S{6}/);
      expect(limit.advice).toMatch(/\S{3}/);
    }
    expect([LIMITS_AS_OF, LIMITS_SINCE]).toEqual([expect.stringMatching(/^2026-/), "2026-06-15"]);
  });
});

describe("what an error line allows", () => {
  it.each([
    [["free"], '"free"'],
    [["a", "b"], '"a" or "b"'],
    [["a", "b", "c"], '"a", "b" or "c"'],
  ])("of %j is a list of words", (texts, words) => {
    expect(quotedList(texts)).toBe(words);
  });
});
