import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backupsOf, keepBackup, KEPT } from "../../../../cli/engine/state/backups.ts";
import { itWithTool, SmallLab } from "../../small-lab.ts";

// Three runs of the tool.
jest.setTimeout(120_000);

const state = (serial: number, lineage = "a"): string => JSON.stringify({ version: 4, serial, lineage });
const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

describe("a backup of a state", () => {
  let data: string;
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), "backups-"));
  });
  afterEach(() => rmSync(data, { recursive: true }));

  it("is named by serial and time, and readable by its owner only", () => {
    const file = keepBackup(data, "oci", state(7), at(5)) ?? "";
    expect(file).toBe(join(data, "backups", "oci", "7-20260101T000005Z.tfstate"));
    expect([readFileSync(file, "utf8"), statSync(file).mode & 0o777]).toEqual([state(7), 0o600]);
    expect(backupsOf(data, "oci")).toEqual([{ file, serial: 7, at: "2026-01-01T00:00:05Z" }]);
  });

  it("is not made of nothing, nor of what the newest is of; another lineage is something else", () => {
    expect(keepBackup(data, "oci", "", at(0))).toBeNull();
    const first = keepBackup(data, "oci", state(1), at(1));
    expect(keepBackup(data, "oci", state(1), at(2))).toBe(first);
    expect(keepBackup(data, "oci", state(1, "b"), at(3))).not.toBe(first);
    expect(backupsOf(data, "oci")).toHaveLength(2);
  });

  it("takes the place of the oldest when there are enough", () => {
    for (let serial = 1; serial <= KEPT + 3; serial++) keepBackup(data, "oci", state(serial), at(serial));
    const serials = backupsOf(data, "oci").map((backup) => backup.serial);
    expect([serials.length, serials[0], serials.at(-1)]).toEqual([KEPT, KEPT + 3, 4]);
  });

  it("is told from other files beside it", () => {
    keepBackup(data, "oci", state(1), at(1));
    writeFileSync(join(data, "backups", "oci", "notes.txt"), "");
    expect(backupsOf(data, "oci")).toHaveLength(1);
  });
});

describe("a deploy", () => {
  const thing = (input: string) => ({ resource: { terraform_data: { thing: { input } } } });
  let lab: SmallLab;
  beforeEach(() => {
    lab = new SmallLab({ net: { terraform: thing("a") } });
  });
  afterEach(() => lab.dispose());

  const serials = (): readonly number[] => backupsOf(lab.path(".lab"), "net").map(({ serial }) => serial);
  const inputs = (): readonly string[] =>
    backupsOf(lab.path(".lab"), "net").map(({ file }) => {
      const [resource] = JSON.parse(readFileSync(file, "utf8")).resources;
      return resource.instances[0].attributes.input.value;
    });

  itWithTool("keeps the state of before each change, and nothing where nothing changes", async () => {
    for (const args of [["deploy"], ["deploy"], ["diff"]]) {
      expect((await lab.run([...args, "net", ...(args[0] === "diff" ? [] : ["--auto-approve"])])).code).toBe(0);
    }
    expect(serials()).toEqual([]);
    lab.write({ net: { terraform: thing("b") } });
    await lab.run(["deploy", "net", "--auto-approve"]);
    await lab.run(["destroy", "net", "--auto-approve"]);
    expect(inputs()).toEqual(["b", "a"]);
    expect(new Set(serials()).size).toBe(2);
    expect(readdirSync(lab.path(".lab", "state")).sort()).toEqual(
      expect.arrayContaining(["net.tfstate", "where.json"]),
    );
  });
});
