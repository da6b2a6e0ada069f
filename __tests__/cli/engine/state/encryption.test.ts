import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openProject } from "../../../../cli/engine/synth/project.ts";
import { isEncrypted, requireEncrypted } from "../../../../cli/engine/state/encryption.ts";
import type { StateLocation } from "../../../../cli/engine/state/location.ts";
import { openWhereabouts, whereaboutsOf } from "../../../../cli/engine/state/whereabouts.ts";

const CLOSED = JSON.stringify({ serial: 1, lineage: "a", meta: {}, encrypted_data: "AAAA", encryption_version: "v0" });
const OPEN = JSON.stringify({ version: 4, serial: 1, lineage: "a", outputs: {}, resources: [] });
/** Called encrypted, and open all the same. */
const HALF = JSON.stringify({ ...JSON.parse(OPEN), encrypted_data: "AAAA" });

describe("an encrypted state", () => {
  it("is told by all of its bytes", () => {
    expect([CLOSED, OPEN, HALF, "", "{"].map(isEncrypted)).toEqual([true, false, false, false, false]);
    expect(() => requireEncrypted(CLOSED, "oci")).not.toThrow();
    for (const text of [OPEN, HALF]) expect(() => requireEncrypted(text, "oci")).toThrow("and it can be read");
  });

  it("is called so only as long as its file is, whatever was noted of it", () => {
    const home = mkdtempSync(join(tmpdir(), "ampere-encryption-"));
    try {
      const project = openProject({ app: "true" }, { LAB_HOME: home }, home);
      const path = join(home, ".lab/state/oci.tfstate");
      const place: StateLocation = { kind: "local", config: { path }, encrypted: true };
      mkdirSync(join(home, ".lab/state"), { recursive: true });
      const where = openWhereabouts(project);
      where.set("oci", { at: place, copy: null });
      for (const [text, encrypted] of [
        [CLOSED, true],
        [OPEN, false],
        [HALF, false],
      ] as const) {
        writeFileSync(path, text);
        expect(whereaboutsOf(where, project, "oci", place).at.encrypted).toBe(encrypted);
      }
    } finally {
      rmSync(home, { recursive: true });
    }
  });
});
