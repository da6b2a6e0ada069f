import { COLORS } from "../../../cli/ui/terminal.ts";
import { column, table } from "../../../cli/ui/words.ts";

describe("a table", () => {
  it("has the cells of a column below each other, and nothing behind the last", () => {
    const rows = [
      ["oci", "1 object", "x"],
      ["proxmox", "12 objects", "longer"],
    ];
    expect(table(rows)).toEqual(["oci      1 object    x", "proxmox  12 objects  longer"]);
  });

  it("gives colours no room", () => {
    const [first = "", second] = table([
      [COLORS.red("a"), "x"],
      ["bbb", "y"],
    ]);
    expect(first).toBe(`${COLORS.red("a")}    x`);
    expect(second).toBe("bbb  y");
  });

  it("takes rows of different lengths, and none", () => {
    expect(table([["a"], ["bb", "c"]])).toEqual(["a", "bb  c"]);
    expect(table([])).toEqual([]);
  });
});

it("a column pads to its widest text", () => {
  expect(["a", "", "abcd"].map(column(["ab", "abc"]))).toEqual(["a  ", "   ", "abcd"]);
});
