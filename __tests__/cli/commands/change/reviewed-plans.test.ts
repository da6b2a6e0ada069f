import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { itWithTool, SmallLab, type StackSource } from "../../small-lab.ts";

const network = (input: string): StackSource => ({
  terraform: {
    resource: { terraform_data: { vcn: { input } } },
    output: { vcn: { value: "${terraform_data.vcn.output}" } },
  },
});
const guest = (replaced: string): StackSource => ({
  reads: ["net"],
  terraform: {
    resource: {
      terraform_data: { vm: { input: "${data.terraform_remote_state.net.outputs.vcn}", triggers_replace: replaced } },
    },
  },
});

let lab: SmallLab;
beforeEach(() => {
  lab = new SmallLab({ vms: guest("a"), net: network("one") });
  // A lab has secrets, which vouch for saved plans.
  writeFileSync(lab.path("lab.json"), JSON.stringify({ version: 1, lab: "test", hosts: [], tunnels: [] }));
});
afterEach(() => lab.dispose());

describe("cdktf diff --out, and deploy --plan", () => {
  const saved = () => lab.path("reviewed");
  const deploy = () => lab.run(["deploy", "--auto-approve"]);
  const review = (...more: readonly string[]) => lab.run(["diff", "--out", saved(), ...more]);
  const apply = (...more: readonly string[]) => lab.run(["deploy", "--plan", saved(), ...more]);
  const stateOf = (stack: string) => JSON.parse(readFileSync(lab.path(".lab/state", `${stack}.tfstate`), "utf8"));
  const secrets = () => JSON.parse(readFileSync(lab.path(".lab/secrets.json"), "utf8"));

  itWithTool("does what was reviewed, with no further question, also of what was not known yet", async () => {
    expect((await review()).code).toBe(2);
    expect(readdirSync(saved()).sort()).toEqual(["plans.json", "plans.mac"]);
    const { code, stderr } = await apply();
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("Error")]);
    expect([lab.state("net"), lab.state("vms")]).toEqual([["terraform_data.vcn"], ["terraform_data.vm"]]);
    expect((await lab.run(["diff"])).code).toBe(0);
  });

  itWithTool("leaves nothing readable of the plans' values", async () => {
    lab.write({ net: network("canary-of-the-plan"), vms: guest("a") });
    await review();
    for (const file of readdirSync(saved()))
      expect(readFileSync(lab.path("reviewed", file)).includes("canary-of-the-plan")).toBe(false);
    expect(readdirSync(lab.path(".lab/run/net")).filter((name) => name.endsWith(".tfplan"))).toEqual([]);
  });

  itWithTool("refuses a plan whose state has gone on since, before anything is changed", async () => {
    await deploy();
    lab.write({ net: network("two"), vms: guest("b") });
    await review();
    lab.write({ net: network("three"), vms: guest("a") });
    await lab.run(["deploy", "net", "--auto-approve"]);
    lab.write({ net: network("two"), vms: guest("b") });
    const before = stateOf("vms").serial;
    const { code, stderr } = await apply();
    expect([code, stderr]).toEqual([1, expect.stringMatching(/--plan is stale.*the state of net has gone on since/)]);
    expect(stateOf("vms").serial).toBe(before);
  });

  itWithTool("refuses a plan of an app that is another one now", async () => {
    await review();
    lab.write({ net: network("two"), vms: guest("a") });
    const { code, stderr } = await apply();
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining("net is synthesized otherwise than when it was planned"),
    ]);
  });

  itWithTool("refuses another value than was reviewed, wherever it came from", async () => {
    lab.write({ net: network('${file("../../../value")}') });
    writeFileSync(lab.path("value"), "one");
    await review();
    writeFileSync(lab.path("value"), "two");
    const { code, stderr } = await apply();
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining("terraform_data.vcn would get other values than were reviewed: input"),
    ]);
    expect(lab.has(".lab/state/net.tfstate")).toBe(false);
    writeFileSync(lab.path("value"), "one");
    expect((await apply()).code).toBe(0);
  });

  itWithTool("takes the variables that were reviewed, and no others", async () => {
    lab.write({
      net: {
        terraform: { variable: { word: {} }, resource: { terraform_data: { vcn: { input: "${var.word}" } } } },
      },
    });
    await review("--var", "word=one");
    expect((await apply("--var", "word=two")).stderr).toContain("would get other values than were reviewed: input");
    expect((await apply("--var", "word=one")).code).toBe(0);
  });

  itWithTool("refuses plans of another review, and of other secrets", async () => {
    await review("--review", "c0ffee 7");
    const others = [[], ["--review", "c0ffee 8"]];
    for (const other of others)
      expect(await apply(...other)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining("are of review c0ffee 7"),
      });
    writeFileSync(lab.path(".lab/secrets.json"), JSON.stringify({ ...secrets(), reviewSecret: "k".repeat(43) }));
    const { code, stderr } = await apply("--review", "c0ffee 7");
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining("saved with other secrets of the lab, or changed since"),
    ]);
    expect(lab.has(".lab/state/net.tfstate")).toBe(false);
  });

  itWithTool("vouches with a secret of its own, which another root password leaves as it was", async () => {
    await review();
    const { rootPassword, reviewSecret } = secrets();
    expect([reviewSecret.length, reviewSecret === rootPassword]).toEqual([43, false]);
    await lab.runLab(["secrets", "rotate", "--root-password", "--yes"]);
    expect([secrets().rootPassword === rootPassword, (await apply()).code]).toEqual([false, 0]);
  });

  itWithTool("saves nothing when a stack cannot be planned, and forgets what was saved before", async () => {
    await review();
    writeFileSync(lab.path("reviewed/mine.txt"), "");
    lab.write({ net: network("one"), vms: { terraform: { resource: { terraform_data: { x: { nonsense: 1 } } } } } });
    expect((await review()).stderr).toContain("no plans were saved");
    expect(readdirSync(saved())).toEqual(["mine.txt"]);
  });

  itWithTool("says what to do without plans, and with flags that belong to diff", async () => {
    mkdirSync(saved());
    expect((await apply()).stderr).toContain(`no plans in ${saved()}; \`cdktf diff --out`);
    await review();
    expect((await apply("--refresh-only")).stderr).toContain("--refresh-only belongs to `cdktf diff`");
    expect(existsSync(lab.path(".lab/state/net.tfstate"))).toBe(false);
  });
});
