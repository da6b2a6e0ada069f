import { rmSync, writeFileSync } from "node:fs";
import { itWithTool, SmallLab } from "./small-lab.ts";

describe("a state that is an empty file, without a copy", () => {
  let lab: SmallLab;
  beforeEach(() => {
    lab = new SmallLab({ net: { terraform: { resource: { terraform_data: { thing: { input: "x" } } } } } });
  });
  afterEach(() => lab.dispose());

  const destroyed = () => lab.run(["destroy", "net", "--auto-approve"]);
  const empty = (): void => {
    writeFileSync(lab.path(".lab", "state", "net.tfstate"), "");
    for (const copies of [".lab/backups", ".lab/state/net.tfstate.backup"])
      rmSync(lab.path(copies), { recursive: true, force: true });
  };

  itWithTool("is no word on there being nothing to destroy, once something was deployed by it", async () => {
    expect((await lab.run(["deploy", "net", "--auto-approve"])).code).toBe(0);
    empty();
    const { code, stderr } = await destroyed();
    expect([code, stderr]).toEqual([1, expect.stringMatching(/the state of net is an empty file.*net\.tfstate/s)]);
  });

  itWithTool("is nothing to destroy where there was but a plan", async () => {
    expect((await lab.run(["diff", "net"])).code).toBe(2);
    empty();
    expect(await destroyed()).toMatchObject({ code: 0, stdout: expect.stringContaining("nothing to destroy") });
  });
});
