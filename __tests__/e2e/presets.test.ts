import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Deadline } from "../../constructs/proxmox/steps/deadline.mjs";
import { PveApi } from "../../constructs/proxmox/steps/pve-client.mjs";
import { DIRECT_PRESETS, PROXMOX_PRESETS } from "../config/labs.ts";
import { TestLab } from "./lab.ts";

jest.setTimeout(120_000);

/** The API of a host, as its root. */
function rootOf(lab: TestLab, name: string): PveApi {
  const { rootPassword } = JSON.parse(readFileSync(join(lab.home, ".sandbox", "secrets.json"), "utf8"));
  const { tunnels } = JSON.parse(readFileSync(join(lab.home, "cdktf.out", "lab.json"), "utf8"));
  const { localPort } = tunnels.find((tunnel: { name: string }) => tunnel.name === `proxmox ${name}`);
  const host = { name, api: `https://127.0.0.1:${localPort}`, address: "10.0.0.11" };
  return new PveApi(host, String(rootPassword), new Deadline(60));
}

/** Hosts that are there already have a test of their own: homelab.test.ts. */
describe.each([...PROXMOX_PRESETS, ...DIRECT_PRESETS])("preset %s in the sandbox", (preset) => {
  let lab: TestLab;
  beforeAll(async () => {
    lab = await TestLab.create({ preset });
  });
  afterEach(async () => {
    await (await lab.sandbox()).clearFaults();
  });
  afterAll(() => lab.end());

  const isDirect = DIRECT_PRESETS.includes(preset);
  const others = isDirect ? ["oci"] : ["oci", "proxmox"];

  it("deploys all its stacks, whatever the order of their names", async () => {
    const { code, stderr } = await lab.cdktf("deploy", "talos", ...others, "--auto-approve");
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  });

  it("has in the world just what is in the states", async () => {
    expect(await lab.world()).toEqual(lab.state());
  });

  it("sees no difference afterwards", async () => {
    expect((await lab.cdktf("diff")).code).toBe(0);
  });

  if (preset === "payg")
    it("reaches the API with the first control plane's host down, by one port", async () => {
      await (await lab.sandbox()).addFault({ what: "down", host: "pve-1" });
      const { stdout } = await lab.lab("validate", "cluster");
      const port = lab.access?.basePort;
      expect(stdout).toMatch(new RegExp(`^ok +API by tunnel +https://127.0.0.1:${port} answers`, "m"));
      const ask = `require("tls").connect(${port}, { rejectUnauthorized: false }, () => process.exit(7))`;
      expect(await lab.lab("tunnel", "kubernetes", "--", process.execPath, "-e", ask)).toMatchObject({ code: 7 });
    });

  it("changes nothing by deploying again", async () => {
    const { code, stdout } = await lab.cdktf("deploy", "--auto-approve", "--json");
    expect(code).toBe(0);
    for (const stack of JSON.parse(stdout).stacks) {
      expect(stack).toMatchObject({ add: 0, change: 0, replace: 0, destroy: 0 });
    }
  });

  const CP = "nodes/pve-1/qemu/101/config";
  if (preset === "free")
    it("destroys nothing as long as Proxmox has a machine locked, and names machine, lock and way out", async () => {
      await rootOf(lab, "pve-1").put(CP, { lock: "backup" });
      const before = await lab.world();
      const options = ["--auto-approve", "--ignore-missing-stack-dependencies", "--lock-patience", "0"];
      const { code, stderr } = await lab.cdktf("destroy", "proxmox", ...options);
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^Error in proxmox: cp-1 \(VM 101 on pve-1\) is locked by Proxmox VE \(backup\); nothing of stack proxmox was destroyed\. To do: .*`qm unlock 101` on pve-1/m,
      );
      expect(await lab.world()).toEqual(before);
      expect(lab.state()).toEqual(before);
    });

  it("destroys everything, once nothing is locked any more: the world is empty", async () => {
    const running = lab.start("destroy", ...others, "talos", "--auto-approve");
    if (
      preset === "free" &&
      (await running.saw(/cp-1 .* is locked by Proxmox VE \(backup\): waiting, for \S+ at most/))
    )
      await rootOf(lab, "pve-1").put(CP, { delete: "lock", skiplock: 1 });
    const { code, stderr } = await running.ended;
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    // The compartment stays, empty: oci.compartment.onDestroy.
    expect(await lab.world()).toEqual({ oci_identity_compartment: 1 });
  });
});
