import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withoutNewTriggers } from "../../../../cli/engine/runs/replace-triggers.ts";

const following = (...triggers: readonly string[]) => ({ lifecycle: { replace_triggered_by: triggers } });
const STACK = { resource: { rule: { a: following("terraform_data.x", "terraform_data.y.id"), b: { id: 1 } } } };

/** What is planned of rule.a. */
async function planned(imported: readonly string[], held: readonly string[]): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), "ampere-lab-triggers-"));
  const file = join(folder, "cdk.tf.json");
  const text = JSON.stringify(STACK);
  writeFileSync(file, text);
  const seen = await withoutNewTriggers({ file }, imported, held, async () => readFileSync(file, "utf8"));
  expect(readFileSync(file, "utf8")).toBe(text);
  rmSync(folder, { recursive: true });
  return JSON.parse(seen).resource.rule.a.lifecycle;
}

describe("a plan", () => {
  it("replaces what the state holds by what the state holds", async () => {
    const all = ["rule.a", "terraform_data.x", "terraform_data.y"];
    expect(await planned([], all)).toEqual(STACK.resource.rule.a.lifecycle);
  });

  it("replaces nothing because of what is only made now", async () => {
    expect(await planned([], ["rule.a", "terraform_data.x"])).toEqual({ replace_triggered_by: ["terraform_data.x"] });
    expect(await planned([], ["rule.a"])).toEqual({});
  });

  it("does not replace what it imports", async () => {
    expect(await planned(["rule.a"], ["terraform_data.x", "terraform_data.y"])).toEqual({});
  });

  it("is of the stack as it is where the resource itself is made", async () => {
    expect(await planned([], [])).toEqual(STACK.resource.rule.a.lifecycle);
  });

  it("is made of a stack without resources, too", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ampere-lab-triggers-"));
    const file = join(folder, "cdk.tf.json");
    writeFileSync(file, JSON.stringify({ output: { a: { value: 1 } } }));
    expect(await withoutNewTriggers({ file }, [], [], async () => "planned")).toBe("planned");
    rmSync(folder, { recursive: true });
  });

  it("leaves the stack as it was, also where it fails", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ampere-lab-triggers-"));
    const file = join(folder, "cdk.tf.json");
    writeFileSync(file, JSON.stringify(STACK));
    const failing = withoutNewTriggers({ file }, [], ["rule.a"], () => Promise.reject(new Error("no plan")));
    await expect(failing).rejects.toThrow("no plan");
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(STACK);
    rmSync(folder, { recursive: true });
  });
});
