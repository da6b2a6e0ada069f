import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Finished } from "../cli/running.ts";
import { FakeTools } from "./fake-tools.ts";
import { ObjectStorage } from "./object-storage.ts";
import { fingerprintOf, KEYS, writeProfile } from "./upload-lab.ts";

jest.setTimeout(30_000);

let tools: FakeTools;
let storage: ObjectStorage;
beforeEach(async () => {
  tools = new FakeTools();
  storage = await ObjectStorage.start();
  storage.keys.set(`ocid1.tenancy.oc1..mine/ocid1.user.oc1..me/${fingerprintOf(KEYS.publicKey)}`, KEYS.publicKey);
  const oci = { region: "eu-frankfurt-1", profile: "LAB" };
  const config = { name: "lab", oci, access: { adminCidrs: ["203.0.113.7/32"] } };
  writeFileSync(join(tools.folder, "lab.config.json"), JSON.stringify(config));
  await tools.start(["build", "--runner", "local", "--source", tools.source]).finished;
});
afterEach(async () => {
  await storage.stop();
  tools.dispose();
});

function lab(...args: readonly string[]): Promise<Finished> {
  return tools.start(args, {
    LAB_CONFIG: join(tools.folder, "lab.config.json"),
    OCI_CLI_CONFIG_FILE: writeProfile(tools.folder)["OCI_CLI_CONFIG_FILE"] ?? "",
    CLIENT_HOST_OVERRIDES: `oci_object_storage.ObjectStorageClient=${storage.endpoint}`,
  }).finished;
}

const objects = (): readonly string[] => [...(storage.buckets.get("lab-images")?.objects.keys() ?? [])];

describe("lab images upload", () => {
  it("makes the lab's bucket in the root compartment and brings the image there, once", async () => {
    const first = await lab("upload", "--json");
    const uploaded = JSON.parse(first.stdout);
    expect([first.code, uploaded]).toMatchObject([0, { bucket: "lab-images", status: "uploaded" }]);
    expect(objects()).toEqual([uploaded.objectName]);
    expect(storage.buckets.get("lab-images")?.compartmentId).toBe("ocid1.tenancy.oc1..mine");
    const second = await lab("upload");
    expect([second.code, second.stdout]).toEqual([0, expect.stringContaining(": already there, ")]);
  });

  it("refuses a tampered build, and sends nothing", async () => {
    writeFileSync(join(tools.artifacts, "proxmox-ampere", "disk.qcow2"), "Disk\n");
    const { code, stderr } = await lab("upload");
    expect([code, stderr]).toEqual([1, expect.stringContaining("it has been changed since")]);
    expect(objects()).toEqual([]);
  });
});

describe("lab images prune", () => {
  it("deletes images of other inputs, after a dry run that does not", async () => {
    await lab("upload");
    const [name = ""] = objects();
    const dry = await lab("prune", "--dry-run");
    expect([dry.code, dry.stdout, objects()]).toEqual([0, expect.stringContaining(`would delete ${name}`), [name]]);
    expect((await lab("prune")).stdout).toContain(`deleted ${name}`);
    expect(objects()).toEqual([]);
  });
});

describe("lab images adopt", () => {
  it("takes what dagger call has left, which can then be verified and uploaded", async () => {
    writeFileSync(join(tools.artifacts, "proxmox-ampere", "manifest.json"), "{}");
    expect((await lab("upload")).stderr).toContain("build the image again");
    // With a variable, so that this repository's own lock is not of these inputs.
    const { code, stdout, stderr } = await lab("adopt", "proxmox", "--var", "disk_size=9G");
    expect(stderr).toContain("not recorded there");
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^proxmox adopted: .*disk\.qcow2, [0-9a-f]{64}$/m)]);
  });
});
