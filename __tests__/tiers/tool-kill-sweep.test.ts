/**
 * The terraform or tofu that applies something is killed, and nothing around it. Terraform writes a local state at each object,
 * OpenTofu every 20 s at most, so that one loses all that it made.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cachedTool, OPENTOFU, which } from "../../cli/engine/terraform/tools.ts";
import { expectConvergence, killTool, MADE } from "../e2e/interrupt.ts";
import { TestLab } from "../e2e/lab.ts";

jest.setTimeout(300_000);

const PATH = process.env.PATH ?? "";
const TOOLS = { terraform: which("terraform", PATH), tofu: which("tofu", PATH) ?? cachedTool(OPENTOFU) };
const STACKS = ["oci", "proxmox", "talos"];
/** Of the 64 resources of the default lab: some in each stack, and around the borders between them. */
const POINTS = [1, 5, 12, 20, 26, 28, 36, 45, 57, 58, 59, 60, 61, 62];

describe.each(Object.entries(TOOLS))("a deploy whose %s is killed", (name, tool) => {
  let lab: TestLab;
  beforeEach(async () => {
    if (tool === undefined) throw new Error(`no ${name}: \`npx lab tools build\` makes an OpenTofu`);
    lab = await TestLab.create({}, { SANDBOX_LATENCY_MS: "60", TERRAFORM_BINARY_NAME: tool });
  });
  afterEach(() => lab.end());

  it.each(POINTS)("after %d resources converges at the next run, if need be with --recover", async (made) => {
    const first = lab.start("deploy", ...STACKS, "--auto-approve");
    expect(await first.saw(MADE, made)).toBe(true);
    await killTool(lab);
    expect((await first.ended).code).toBe(1);
    const { code, stderr } = await lab.cdktf("deploy", ...STACKS, "--auto-approve");
    if (code !== 0) {
      expect(stderr).toContain("--recover");
      const recovered = await lab.cdktf("deploy", ...STACKS, "--auto-approve", "--recover");
      expect(recovered.code === 0 ? "" : recovered.stderr).toBe("");
    }
    await expectConvergence(lab, STACKS);
    // Its secret is told once, to whoever makes it.
    const state = JSON.parse(readFileSync(join(lab.home, ".sandbox", "state", "proxmox.tfstate"), "utf8"));
    expect(state.outputs.automation_token.value).toMatch(/^automation@pve!lab=./);
  });
});

/** Of the 34 resources of preset direct: around its secrets, its instance, and the border between the stacks. */
const DIRECT_POINTS: readonly (readonly [keyof typeof TOOLS, number])[] = [
  ...[1, 8, 25, 27, 30, 32].map((made) => ["terraform", made] as const),
  // All is lost then, the keys too that the instance has taken.
  ["tofu", 27],
];

describe("a deploy of preset direct", () => {
  let lab: TestLab;
  afterEach(() => lab.end());

  it.each(DIRECT_POINTS)("whose %s is killed after %d resources converges, with --recover", async (name, made) => {
    const tool = TOOLS[name];
    if (tool === undefined) throw new Error(`no ${name}`);
    lab = await TestLab.create({ preset: "direct" }, { SANDBOX_LATENCY_MS: "60", TERRAFORM_BINARY_NAME: tool });
    const first = lab.start("deploy", "oci", "talos", "--auto-approve");
    expect(await first.saw(MADE, made)).toBe(true);
    await killTool(lab);
    expect((await first.ended).code).toBe(1);
    const { code, stderr } = await lab.cdktf("deploy", "oci", "talos", "--auto-approve");
    if (code !== 0) {
      expect(stderr).toContain("--recover");
      const recovered = await lab.cdktf("deploy", "oci", "talos", "--auto-approve", "--recover");
      expect(recovered.code === 0 ? "" : recovered.stderr).toBe("");
    }
    await expectConvergence(lab, ["oci", "talos"]);
  });
});

/** Of the resources of preset homelab: its pool, image, template, guests, and what Talos is told. */
const HOME_POINTS = [1, 2, 4, 6, 8, 10, 12, 14];

describe("a deploy to hosts of one's own whose tool is killed", () => {
  let lab: TestLab;
  afterEach(() => lab.end());

  it.each(HOME_POINTS)(
    "after %d resources converges, if need be with --recover, as the API token may",
    async (made) => {
      if (TOOLS.tofu === undefined) throw new Error("no tofu: `npx lab tools build` makes one");
      const env = { SANDBOX_LATENCY_MS: "60", TERRAFORM_BINARY_NAME: TOOLS.tofu };
      lab = await TestLab.create({ preset: "homelab", virtualization: "tcg" }, env);
      // The sandbox puts the hosts up for the first run.
      expect((await lab.cdktf("diff")).code).toBe(2);
      const before = await lab.world();
      const first = lab.start("deploy", "--auto-approve");
      expect(await first.saw(MADE, made)).toBe(true);
      await killTool(lab);
      expect((await first.ended).code).toBe(1);
      const { code, stderr } = await lab.cdktf("deploy", "--auto-approve");
      if (code !== 0) {
        expect(stderr).toContain("--recover");
        const recovered = await lab.cdktf("deploy", "--auto-approve", "--recover");
        expect(recovered.code === 0 ? "" : recovered.stderr).toBe("");
      }
      expect((await lab.cdktf("diff")).code).toBe(0);
      expect((await lab.cdktf("destroy", "--auto-approve")).code).toBe(0);
      expect(await lab.world()).toEqual(before);
    },
  );
});
