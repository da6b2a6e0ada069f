import * as fc from "fast-check";
import { prepareRestore } from "../../../../cli/engine/state/backups.ts";
import { addressOf, type StateLocation } from "../../../../cli/engine/state/location.ts";
import { moveState, type MoveTools } from "../../../../cli/engine/state/move.ts";
import { EMPTY, headOf, movedTo, sameState, withSerial } from "../../../../cli/engine/state/text.ts";
import type { Whereabouts } from "../../../../cli/engine/state/whereabouts.ts";

const LOCAL: StateLocation = { kind: "local", config: { path: "/lab/oci.tfstate" }, encrypted: false };
const SEALED: StateLocation = { ...LOCAL, encrypted: true };
const BUCKET: StateLocation = { kind: "s3", config: { bucket: "states", key: "lab/oci.tfstate" }, encrypted: false };

function stateWith(serial: number, names: readonly string[], lineage = "the-lineage"): string {
  const resources = names.map((name) => ({
    mode: "managed",
    type: "terraform_data",
    name,
    provider: 'provider["terraform.io/builtin/terraform"]',
    instances: [{ schema_version: 0, attributes: { id: `id-${name}`, input: 12345678901234567890n.toString() } }],
  }));
  const outputs = { made: { value: "a", type: "string" } };
  return JSON.stringify({ version: 4, terraform_version: "1.12.6", serial, lineage, outputs, resources }, null, 2);
}

class Killed extends Error {}

/** A lab's states in memory, which outlive whoever works on them; that one is killed at a step. */
class World implements MoveTools {
  readonly held = new Map<string, string>();
  readonly backups: string[] = [];
  where: Whereabouts = { at: LOCAL, copy: null };
  /** Steps until the end; of each, whether what it does is done before. */
  #left = Infinity;
  #done = false;

  killAt(step: number, done: boolean): void {
    [this.#left, this.#done] = [step, done];
  }

  #step(work: () => void): void {
    const last = this.#left-- === 0;
    if (last && !this.#done) throw new Killed();
    work();
    if (last) throw new Killed();
  }

  readonly #get = (place: StateLocation): string => this.held.get(addressOf(place)) ?? "";

  readonly states = {
    read: async (place: StateLocation) => {
      this.#step(() => undefined);
      return this.#get(place);
    },
    // As in an object store: nothing becomes an empty state first.
    write: async (place: StateLocation, _stack: string, text: string) => {
      if (place.kind !== "local" && this.#get(place) === "") this.#step(() => this.held.set(addressOf(place), EMPTY));
      this.#step(() => this.held.set(addressOf(place), text));
    },
    sealed: async (place: StateLocation) => this.#get(place),
    open: async (file: string) => this.held.get(file) ?? "",
  };

  whereabouts(): Whereabouts {
    return this.where;
  }

  setWhereabouts(_stack: string, whereabouts: Whereabouts): void {
    this.#step(() => (this.where = whereabouts));
  }

  async backUp(_stack: string, place: StateLocation): Promise<void> {
    this.#step(() => this.backups.push(this.#get(place)));
  }

  /** The state that counts. */
  get text(): string {
    return this.#get(this.where.at);
  }
}

/** Runs some work that is killed at a step. False when it came to its end before. */
async function killed(world: World, step: number, done: boolean, work: () => Promise<unknown>): Promise<boolean> {
  world.killAt(step, done);
  try {
    await work();
    return false;
  } catch (error) {
    if (error instanceof Killed) return true;
    throw error;
  } finally {
    world.killAt(Infinity, false);
  }
}

const TEXT = stateWith(7, ["a", "b"]);

function world(text = TEXT): World {
  const made = new World();
  made.held.set(addressOf(LOCAL), text);
  return made;
}

describe("moving a state", () => {
  it("brings it over with its serial and lineage, keeps a copy, and marks what it left", async () => {
    const lab = world();
    expect(await moveState(lab, "oci", BUCKET)).toEqual({ from: LOCAL, to: BUCKET, serial: 7, objects: 2 });
    expect([lab.where, lab.text, lab.backups]).toEqual([{ at: BUCKET, copy: null }, TEXT, [TEXT]]);
    expect(movedTo(lab.held.get(addressOf(LOCAL)) ?? "")).toBe("s3://states/lab/oci.tfstate");
    expect(await moveState(lab, "oci", BUCKET)).toBeNull();
  });

  it("goes back to where it was, over what was left there", async () => {
    const lab = world();
    await moveState(lab, "oci", BUCKET);
    await moveState(lab, "oci", LOCAL);
    expect([lab.where, lab.text, movedTo(lab.text)]).toEqual([{ at: LOCAL, copy: null }, TEXT, null]);
  });

  it("leaves no place behind where it is only encrypted", async () => {
    const lab = world();
    expect(await moveState(lab, "oci", SEALED)).toMatchObject({ serial: 7 });
    expect([lab.where, lab.text]).toEqual([{ at: SEALED, copy: null }, TEXT]);
  });

  it("moves nothing where nothing was ever deployed", async () => {
    const lab = world("");
    expect(await moveState(lab, "oci", BUCKET)).toBeNull();
    expect([lab.where.at, lab.held.has(addressOf(BUCKET))]).toEqual([BUCKET, false]);
  });

  it.each([
    ["another state", stateWith(1, ["x"], "other"), /holds another state \(lineage other, 1 object\), not that of oci/],
    [
      "a newer one",
      stateWith(9, ["a"]),
      /holds a newer state of oci \(serial 9\) than the one to be moved \(serial 7\)/,
    ],
  ])("refuses to write over %s, and changes nothing", async (_, there, line) => {
    const lab = world();
    lab.held.set(addressOf(BUCKET), there);
    await expect(moveState(lab, "oci", BUCKET)).rejects.toThrow(line);
    expect([lab.where.at, lab.text, lab.held.get(addressOf(BUCKET))]).toEqual([LOCAL, TEXT, there]);
  });

  it("does not pass over what somebody deploys from the old place meanwhile", async () => {
    const lab = world();
    expect(await killed(lab, 7, true, () => moveState(lab, "oci", BUCKET))).toBe(true);
    expect(lab.where).toEqual({ at: BUCKET, copy: LOCAL });
    lab.held.set(addressOf(LOCAL), stateWith(8, ["a", "b", "c"]));
    await expect(moveState(lab, "oci", BUCKET)).rejects.toThrow(/somebody deployed oci from .* \(serial 8\) after/);
    expect(movedTo(lab.held.get(addressOf(LOCAL)) ?? "")).toBeNull();
  });

  it("killed at any step, any number of times, loses nothing and goes on from there", async () => {
    const kill = fc.record({ step: fc.nat(14), done: fc.boolean(), to: fc.constantFrom(LOCAL, SEALED, BUCKET) });
    await fc.assert(
      fc.asyncProperty(fc.array(kill, { maxLength: 6 }), fc.constantFrom(LOCAL, SEALED, BUCKET), async (kills, end) => {
        const lab = world();
        for (const { step, done, to } of kills) {
          await killed(lab, step, done, () => moveState(lab, "oci", to));
          expect(sameState(lab.text, TEXT)).toBe(true);
        }
        await moveState(lab, "oci", end);
        expect(lab.where).toEqual({ at: end, copy: null });
        expect(lab.text).toBe(TEXT);
        for (const [address, text] of lab.held) {
          if (address !== addressOf(end) && headOf(text, address).lineage === "the-lineage")
            expect(movedTo(text)).not.toBeNull();
        }
      }),
      { numRuns: 500 },
    );
  });

  it("has steps that these kills reach: the last of them comes to its end", async () => {
    const reached: boolean[] = [];
    for (let step = 0; step < 15; step++) {
      const lab = world();
      reached.push(await killed(lab, step, false, () => moveState(lab, "oci", BUCKET)));
    }
    expect([reached.indexOf(false), reached.lastIndexOf(true)]).toEqual([11, 10]);
  });
});

describe("restoring a state", () => {
  const OLD = stateWith(3, ["a", "c"]);
  const FILE = "/lab/backups/3.tfstate";
  const lab = (): World => {
    const made = world();
    made.held.set(FILE, OLD);
    return made;
  };
  const restore = async (of: World): Promise<void> => (await prepareRestore(of, "oci", FILE)).restore();

  it("says what it would know otherwise, and changes nothing yet", async () => {
    const made = lab();
    expect(await prepareRestore(made, "oci", FILE)).toMatchObject({
      forgotten: ["terraform_data.b"],
      regained: ["terraform_data.c"],
      other: [],
      serial: 8,
      already: false,
    });
    expect([made.text, made.backups]).toEqual([TEXT, []]);
  });

  it("is of the same lineage, with a serial above the present one, after a copy of that", async () => {
    const made = lab();
    await restore(made);
    expect([made.text, made.backups]).toEqual([withSerial(OLD, 8), [TEXT]]);
    expect(await prepareRestore(made, "oci", FILE)).toMatchObject({ already: true });
  });

  it("refuses a backup of another lineage, and one that holds nothing", async () => {
    const made = lab();
    made.held.set(FILE, stateWith(3, ["a"], "other"));
    await expect(prepareRestore(made, "oci", FILE)).rejects.toThrow(/is of another state \(lineage other\)/);
    made.held.set(FILE, "");
    await expect(prepareRestore(made, "oci", FILE)).rejects.toThrow(/holds no state/);
  });

  it("killed at any step, is as before or restored, and can be done again", async () => {
    for (let step = 0; ; step++) {
      for (const done of [false, true]) {
        const made = lab();
        const cut = await killed(made, step, done, () => restore(made));
        expect([TEXT, withSerial(OLD, 8)]).toContain(made.text);
        if (!cut) return expect(step).toBeGreaterThan(2);
        await restore(made);
        expect(sameState(withSerial(made.text, 8), withSerial(OLD, 8))).toBe(true);
        expect(headOf(made.text, "").serial).toBeGreaterThan(7);
        expect(made.backups).toContain(TEXT);
      }
    }
  });
});
