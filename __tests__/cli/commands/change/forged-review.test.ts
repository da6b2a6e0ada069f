import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { itWithTool, SmallLab, type StackSource, TOOL } from "../../small-lab.ts";

const network = (input: string): StackSource => ({
  terraform: {
    resource: { terraform_data: { vcn: { input } } },
    output: { "cross-stack-output-vcn": { value: "${terraform_data.vcn.output}", sensitive: true } },
  },
});

let lab: SmallLab;
beforeEach(() => {
  lab = new SmallLab({ net: network("one") });
  writeFileSync(lab.path("lab.json"), JSON.stringify({ version: 1, lab: "test", hosts: [], tunnels: [] }));
});
afterEach(() => lab.dispose());

const index = () => lab.path("reviewed/plans.json");
const review = (env: Readonly<Record<string, string>> = {}) => lab.run(["diff", "--out", "reviewed"], env);
const apply = () => lab.run(["deploy", "--plan", "reviewed"]);

/** A tool that plans an object of its own beside those of the stack, as only code of a branch can have it do. */
function forger(): Readonly<Record<string, string>> {
  const file = lab.path("forger.sh");
  const command = `id > '${lab.path("forged")}'`;
  const extra = { resource: { terraform_data: { extra: { provisioner: { "local-exec": { command } } } } } };
  const more = `'${lab.path("cdktf.out/stacks/net/extra.tf.json")}'`;
  writeFileSync(lab.path("extra.json"), JSON.stringify(extra));
  writeFileSync(
    file,
    `#!/bin/sh
[ "$1" = plan ] || exec ${TOOL} "$@"
cp '${lab.path("extra.json")}' ${more}
${TOOL} "$@"
code=$?
rm ${more}
exit $code
`,
  );
  chmodSync(file, 0o755);
  return { TERRAFORM_BINARY_NAME: file };
}

describe("a review that was forged", () => {
  itWithTool("by who has the secrets brings no code into the deploy", async () => {
    const planned = await review(forger());
    expect([planned.code, planned.stdout]).toEqual([2, expect.stringContaining("terraform_data.extra")]);
    const { stderr } = await apply();
    expect([existsSync(lab.path("forged")), stderr]).toEqual([false, expect.not.stringContaining("Error")]);
    expect(lab.state("net")).toEqual(["terraform_data.vcn"]);
  });

  itWithTool("by who has no secrets is refused, whatever of it was changed or taken away", async () => {
    await review();
    const text = readFileSync(index(), "utf8");
    const written = JSON.parse(text);
    const [net] = written.stacks;
    const forgeries = [
      { ...written, stacks: [{ ...net, after: ["x"] }] },
      { ...written, stacks: [{ ...net, changes: [] }] },
      { ...written, stacks: [{ ...net, state: { serial: 1, lineage: "x" } }] },
      { ...written, stacks: [] },
    ];
    for (const file of readdirSync(lab.path("reviewed")))
      if (file.endsWith(".sealed")) rmSync(lab.path("reviewed", file));
    for (const forged of forgeries) {
      writeFileSync(index(), JSON.stringify(forged));
      const { code, stderr } = await apply();
      expect([code, stderr]).toEqual([1, expect.stringContaining("plans.json")]);
      expect(existsSync(lab.path(".lab/state/net.tfstate"))).toBe(false);
    }
  });
});
