import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blocksOf, ROOT, text } from "./markdown.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "ampere-pictures-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function drawn(preset: string, ...options: readonly string[]): string {
  const config = join(home, "lab.config.json");
  const oci = { region: "eu-frankfurt-1" };
  const allowPaid = preset === "payg";
  writeFileSync(
    config,
    JSON.stringify({ preset, name: "ampere-lab", oci, allowPaid, access: { adminCidrs: ["203.0.113.7/32"] } }),
  );
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, "cli/bin/lab.js"), "graph", "--config", config, ...options],
    { cwd: ROOT, env: { PATH: process.env["PATH"], HOME: home, LAB_HOME: home }, encoding: "utf8" },
  );
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/** The image's name ends with the hash of what it is made of, also where it is cut short: it changes with every script of it. */
const withoutHash = (picture: string): string =>
  picture.replaceAll(/(proxmox-ampere-)(?:[0-9a-f]{12}|[0-9a-f]+…)/g, "$1HASH");

describe("docs/architecture.md", () => {
  it("shows preset free as npx lab graph draws it now", () => {
    const [shown] = blocksOf(text("docs/architecture.md")).filter(({ language }) => language === "mermaid");
    expect(withoutHash(shown?.body ?? "")).toBe(withoutHash(drawn("free")));
  });

  it("shows preset payg as npx lab graph --format svg draws it now", () => {
    expect(withoutHash(text("docs/lab-payg.svg"))).toBe(withoutHash(drawn("payg", "--format", "svg")));
  });
});
