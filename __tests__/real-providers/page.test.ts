import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Sandbox } from "../../sandbox/client.ts";
import { TestLab } from "../e2e/lab.ts";
import { Browser, CHROMIUM, type Viewport } from "./browser.ts";

const ROOT = join(__dirname, "..", "..");
/** Pictures of each run, for people to look at; the one of docs/ is made anew where UPDATE_PICTURES is set. */
const PICTURES = join(ROOT, "artifacts", "page");

const PHONE: Viewport = { width: 375, height: 812, scheme: "dark" };
const DESK: Viewport = { width: 1280, height: 900, scheme: "light" };
const NIGHT: Viewport = { ...DESK, scheme: "dark" };

async function picture(name: string): Promise<void> {
  writeFileSync(join(PICTURES, `${name.replace("a ", "").replaceAll(" ", "-")}.png`), await browser.picture());
}

// Counted as skipped where there is none.
const described = CHROMIUM === undefined ? describe.skip : describe;
if (CHROMIUM === undefined) console.error("skipped, tests of the page: chromium is not on PATH");

let lab: TestLab;
let sandbox: Sandbox;
let browser: Browser;
beforeAll(async () => {
  lab = await TestLab.create({ preset: "free-pair" });
  const { code, stderr } = await lab.cdktf("deploy", "oci", "proxmox", "talos", "--auto-approve");
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  sandbox = await lab.sandbox();
  browser = await Browser.start();
  mkdirSync(PICTURES, { recursive: true });
});
afterAll(async () => {
  await browser?.stop();
  await lab.end();
});

described.each([
  ["a phone", PHONE],
  ["a desk", DESK],
  ["a desk at night", NIGHT],
])("the page of a deployed lab on %s", (name, viewport) => {
  beforeAll(async () => {
    await browser.open(sandbox.page, viewport);
    await browser.shows("worker-1");
    await picture(name);
    if (viewport === DESK && process.env["UPDATE_PICTURES"] !== undefined)
      writeFileSync(join(ROOT, "docs", "sandbox-page.png"), await browser.picture(1.02));
  });

  it.each(["pve-1", "cp-1", "Talos: control plane", "10.0.0.0/24", "12 / 12 GB", "guests", "apply"])(
    "shows %s",
    (text) => browser.shows(text),
  );

  it("fits its width", async () => {
    expect(await browser.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(viewport.width);
  });

  it("has one heading of the first level, and skips none below", async () => {
    const levels = await browser.evaluate(
      "[...document.querySelectorAll('h1, h2, h3, h4, h5')].map(({ tagName }) => Number(tagName[1]))",
    );
    if (!Array.isArray(levels)) throw new Error("no headings");
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    for (const [index, level] of levels.entries()) expect(level - (levels[index - 1] ?? 0)).toBeLessThanOrEqual(1);
  });

  // WCAG 2.2 AA: 4.5 for text of this size.
  it("has enough contrast everywhere", async () => {
    expect(await browser.evaluate(LOWEST_CONTRAST)).toBeGreaterThanOrEqual(4.5);
  });

  it("has nothing that axe takes for a serious obstacle to keyboard or screen reader", async () => {
    await browser.evaluate(AXE);
    const found = await browser.evaluate(
      `axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
        violations.filter(({ impact }) => ["serious", "critical"].includes(impact)).map(({ id, nodes }) => id + ": " + nodes[0].html))`,
    );
    expect(found).toEqual([]);
  });

  it("shows calls of one system alone, when asked to by the keyboard's own select", async () => {
    const choose = (system: string) =>
      browser.evaluate(
        `(() => { const s = document.querySelector("#system"); s.value = "${system}"; s.dispatchEvent(new Event("change")); })()`,
      );
    await choose("ssh");
    const shown = "[...document.querySelectorAll('#calls tbody tr')].filter((row) => row.offsetParent !== null)";
    expect(await browser.evaluate(`${shown}.every((row) => row.dataset.system === "ssh")`)).toBe(true);
    await choose("");
    expect(await browser.evaluate(`${shown}.length`)).toBeGreaterThan(1);
  });

  it("shows how far a deploy has come, until it ends", async () => {
    await sandbox.setProgress("oci", { done: 3, total: 27, current: "oci_core_vcn.network_vcn" });
    await browser.shows("3 of 27 oci_core_vcn.network_vcn");
    await picture(`${name} deploying`);
    await sandbox.setProgress("oci", null);
    await browser.becomes("document.querySelector('#progress').hidden");
  });

  it("tells a call that was slow from one that failed", async () => {
    const newest = 'document.querySelector("#calls tr[data-system=oci]")';
    const row = (kind: string) => `${newest}?.classList.contains("${kind}")`;
    const api = (await sandbox.real()).oci["OCI_CLI_ENDPOINT"] ?? "";
    await sandbox.addFault({ what: "call", interface: "oci", fault: { kind: "slow", ms: 20 } });
    await fetch(`${api}/20160918/regions`);
    await sandbox.clearFaults();
    await browser.becomes(row("slow"));
    expect(await browser.evaluate(row("fault"))).toBe(false);
    await sandbox.addFault({ what: "call", interface: "oci", fault: { kind: "status", status: 500 } });
    await fetch(`${api}/20160918/regions`);
    await sandbox.clearFaults();
    await browser.becomes(row("fault"));
  });

  it("follows what happens: a host that goes down, and comes back", async () => {
    // With the micro's vote a pair gets over the loss of one host.
    await sandbox.addFault({ what: "down", host: "qdevice-1" });
    await sandbox.addFault({ what: "down", host: "pve-2" });
    await browser.shows("host pve-2 is down");
    await browser.shows("no quorum");
    await browser.shows("unreachable");
    await browser.becomes(`${node("worker-1")}?.innerText.includes("unreachable")`);
    expect(await browser.evaluate(`${node("cp-1")}.innerText.includes("running")`)).toBe(true);
    await picture(`${name} host down`);
    await sandbox.clearFaults();
    await browser.shows("quorate");
    expect(await browser.evaluate("document.querySelector('#faults').hidden")).toBe(true);
  });

  it("does nothing that its own policy or the browser would complain of", () => {
    expect(browser.complaints).toEqual([]);
  });
});

/** The row of a node in the card of its Kubernetes cluster. */
function node(name: string): string {
  return `[...document.querySelectorAll("#clusters li")].find((row) => row.querySelector("b")?.innerText === "${name}")`;
}

const AXE = readFileSync(createRequire(__filename).resolve("axe-core/axe.min.js"), "utf8");

/** The least contrast between a text and what is behind it, by WCAG's formula. */
const LOWEST_CONTRAST = `(() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = (color) => channels(color).slice(0, 3)
    .map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
    .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const color = getComputedStyle(each).backgroundColor;
      if ((channels(color)[3] ?? 1) === 1) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const texts = [...document.querySelectorAll("body *")].filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "") && element.offsetParent);
  return Math.min(...texts.map((element) => {
    const [a, b] = [light(getComputedStyle(element).color), light(behind(element))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  }));
})()`;
