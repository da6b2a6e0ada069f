import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { which } from "../../../../cli/engine/terraform/tools.ts";
import { itWithTool, SmallLab, TOOL } from "../../small-lab.ts";

let lab: SmallLab;
beforeEach(() => {
  lab = new SmallLab({ net: { terraform: { resource: { terraform_data: { vcn: { input: 1 } } } } } });
});
afterEach(() => lab.dispose());

/** How often the tool was asked what it is. */
const asked = (): number => readFileSync(lab.path("asked"), "utf8").length;

/** A proxy of the tool, as version managers have them: one file for several versions: another one once `other` is there. */
function makeProxy(): Readonly<Record<string, string>> {
  const real = which(TOOL ?? "", process.env["PATH"] ?? "") ?? "";
  const file = lab.path("bin", "tofu");
  const other = "sed -E 's/([0-9]+\\.[0-9]+)\\.[0-9]+/\\1.99/g'";
  mkdirSync(lab.path("bin"), { recursive: true });
  writeFileSync(lab.path("asked"), "");
  const script = [
    "#!/bin/sh",
    `[ "$1" = version ] && printf x >>'${lab.path("asked")}'`,
    `[ -e '${lab.path("other")}' ] || exec '${real}' "$@"`,
    `'${real}' "$@" >'${lab.path("said")}'; code=$?`,
    `${other} '${lab.path("said")}'`,
    "exit $code",
  ];
  writeFileSync(file, script.join("\n"));
  chmodSync(file, 0o755);
  return { PATH: [lab.path("bin"), join(process.execPath, ".."), "/usr/bin", "/bin"].join(":") };
}

describe("a tool that a run has confirmed", () => {
  itWithTool("is not asked again what it is", async () => {
    const env = makeProxy();
    const first = await lab.run(["diff"], env);
    expect([first.code, asked()]).toEqual([2, 1]);
    const second = await lab.run(["diff"], env);
    expect([second.code, asked(), second.stderr]).toEqual([2, 1, first.stderr]);
  });

  itWithTool("is asked again when another file has taken its place", async () => {
    const env = makeProxy();
    await lab.run(["diff"], env);
    makeProxy();
    await lab.run(["diff"], env);
    expect(asked()).toBe(1);
  });

  itWithTool("is found out when it is another version now, and asked at the next run", async () => {
    const env = makeProxy();
    await lab.run(["diff"], env);
    writeFileSync(lab.path("other"), "");
    const { code, stderr } = await lab.run(["diff"], env);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/bin\/tofu is \w+ \S+\.99 now, where .*: run this again/),
    ]);
    // It would hold secrets in clear.
    expect(readdirSync(lab.path(".lab", "run", "net")).filter((name) => name.endsWith(".tfplan"))).toEqual([]);
    const next = await lab.run(["diff"], env);
    expect([next.code, asked(), next.stderr]).toEqual([2, 2, expect.stringMatching(/^using \w+ \S+\.99 /)]);
  });

  itWithTool("is asked where what was noted of it is damaged", async () => {
    const env = makeProxy();
    await lab.run(["diff"], env);
    writeFileSync(lab.path(".lab", "tools.json"), "{");
    expect([(await lab.run(["diff"], env)).code, asked()]).toEqual([2, 2]);
  });
});
