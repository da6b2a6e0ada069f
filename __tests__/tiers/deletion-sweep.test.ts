/** Every object of a deployed lab is deleted outside of it, one at a time, and one plain deploy has to bring the lab back whole. */
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TestLab } from "../e2e/lab.ts";
import type { InventoryItem } from "../../sandbox/client.ts";
import { deleteFromOci } from "./deletions/oci-hand.ts";
import { deleteFromProxmox } from "./deletions/pve-hand.ts";

const ARTIFACTS = join(__dirname, "..", "..", "artifacts");

/** Every n-th object; DELETION_SWEEP=full takes every one. Machines and instances are always among them. */
const asked = process.env.DELETION_SWEEP ?? "8";
const STEP = asked === "full" ? 1 : Number(asked);
if (!Number.isInteger(STEP) || STEP < 1)
  throw new Error(`DELETION_SWEEP is ${asked}; it can be full, or a number from 1`);
const ALWAYS = /_vm$|_instance$|_subnet$/;

jest.setTimeout(7_200_000);

interface Row {
  readonly object: string;
  readonly came: string;
  readonly problem: string | null;
}

describe("a lab of which one object was deleted outside", () => {
  let lab: TestLab;
  let items: readonly InventoryItem[];
  let world: Readonly<Record<string, number>>;

  beforeAll(async () => {
    lab = await TestLab.create({ preset: "free" });
    expect(await lab.cdktf("deploy", "--auto-approve")).toMatchObject({ code: 0 });
    items = await (await lab.sandbox()).inventory();
    world = await lab.world();
    await (await lab.sandbox()).stop();
    cpSync(join(lab.home, ".sandbox"), join(lab.home, "deployed"), { recursive: true });
  });
  afterAll(() => lab.end());

  async function restore(): Promise<void> {
    await (await lab.sandbox()).stop();
    rmSync(join(lab.home, ".sandbox"), { recursive: true, force: true });
    cpSync(join(lab.home, "deployed"), join(lab.home, ".sandbox"), { recursive: true });
    // Opens the tunnels, through which Proxmox is asked.
    await lab.lab("sandbox", "start");
  }

  async function remove(item: InventoryItem): Promise<string | null> {
    try {
      if (item.type.startsWith("oci_")) await deleteFromOci(await lab.sandbox(), item);
      else await deleteFromProxmox(lab, item);
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  async function problemAfter(): Promise<string | null> {
    const { code, stderr, stdout } = await lab.cdktf("deploy", "--auto-approve");
    if (code !== 0) {
      const told = /^.*(To do|allowed|: run |`npx ).*$/m.exec(stderr)?.[0];
      return `the deploy fails: ${(told ?? `${stdout}\n${stderr}`.split("\n").find((line) => /rror/.test(line))) || "silently"}`;
    }
    const now = await lab.world();
    if (JSON.stringify(now) !== JSON.stringify(world)) return `the world has ${JSON.stringify(now)}`;
    if ((await lab.cdktf("diff")).code !== 0) return "a plan afterwards is not empty";
    const { code: health, stdout: said } = await lab.lab("validate", "cluster");
    return health === 0 ? null : `not well: ${said.split("\n").find((line) => /fail/.test(line)) ?? ""}`;
  }

  it(`comes back whole with one deploy: ${STEP === 1 ? "every object" : `every ${STEP}th, and machines`}`, async () => {
    const rows: Row[] = [];
    for (const [index, item] of items.entries()) {
      if (!item.type.startsWith("oci_") && !item.type.startsWith("proxmox_")) continue;
      if (index % STEP !== 0 && !ALWAYS.test(item.type)) continue;
      await restore();
      const refused = await remove(item);
      const problem = refused === null ? await problemAfter() : null;
      rows.push({ object: `${item.type} ${item.name}`, came: refused ?? "deleted", problem });
      mkdirSync(ARTIFACTS, { recursive: true });
      const lines = rows.map(({ object, came, problem: what }) => `| ${object} | ${came} | ${what ?? ""} |`);
      writeFileSync(
        join(ARTIFACTS, "deletion-sweep.md"),
        `| object | | problem |\n| - | - | - |\n${lines.join("\n")}\n`,
      );
    }
    expect(rows.filter(({ problem }) => problem !== null)).toEqual([]);
    expect(rows.filter(({ came }) => came === "deleted").length).toBeGreaterThan(0);
  });

  it("comes back whole on another host image, and is told before what is lost with the old disk", async () => {
    await restore();
    lab.configure({ versions: { proxmox: "9.3" } });
    const { code, stdout } = await lab.cdktf("diff", "--fail-on-destroy");
    expect([code, stdout.split("\n")[0]]).toEqual([
      1,
      "pve-1 gets a new disk, and what is on it is lost: cp-1, talos-pve-1",
    ]);
    expect(await problemAfter()).toBeNull();
  });
});
