import { writeFileSync } from "node:fs";
import { ObjectStorage } from "../../../images/object-storage.ts";
import { newBucket } from "../../../images/object-storage-model.ts";
import { fingerprintOf, KEYS, writeProfile } from "../../../images/upload-lab.ts";
import { itWithTool, SmallLab } from "../../small-lab.ts";

const OBJECT = "proxmox-ampere-0123456789ab.oci";
const HOST = { terraform: { resource: { terraform_data: { host: { input: "x" } } } } };

let lab: SmallLab;
let storage: ObjectStorage;
beforeEach(async () => {
  lab = new SmallLab({ oci: HOST, other: HOST });
  storage = await ObjectStorage.start();
  storage.keys.set(`ocid1.tenancy.oc1..mine/ocid1.user.oc1..me/${fingerprintOf(KEYS.publicKey)}`, KEYS.publicKey);
  facts({ objectName: OBJECT, built: false });
});
afterEach(async () => {
  await storage.stop();
  lab.dispose();
});

/** What the app says of the hosts' image, or of that of instances with Talos. */
function facts(proxmox: Readonly<Record<string, unknown>>): void {
  write({ images: { proxmox } });
}

function write(image: Readonly<Record<string, unknown>>): void {
  const config = {
    name: "lab",
    oci: { region: "eu-frankfurt-1", profile: "LAB" },
    access: { adminCidrs: ["203.0.113.7/32"] },
  };
  writeFileSync(lab.path("lab.config.json"), JSON.stringify(config));
  writeFileSync(lab.path("lab.json"), JSON.stringify({ version: 1, lab: "lab", hosts: [], tunnels: [], ...image }));
}

function run(...args: readonly string[]) {
  const overrides = `oci_object_storage.ObjectStorageClient=${storage.endpoint}`;
  const oci = writeProfile(lab.home)["OCI_CLI_CONFIG_FILE"] ?? "";
  const env = { LAB_CONFIG: lab.path("lab.config.json"), CLIENT_HOST_OVERRIDES: overrides, OCI_CLI_CONFIG_FILE: oci };
  return lab.run(args, env);
}

describe("an image that is not built", () => {
  itWithTool("stops a real deploy in one line, when it cannot be built, before anything is created", async () => {
    const { code, stdout, stderr } = await run("deploy", "oci", "--auto-approve");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^images(: no source image is pinned| cannot be built here)[^\n]*\n$/m);
    expect(lab.has(".lab", "state", "oci.tfstate")).toBe(false);
  });

  itWithTool("does not stop the deploy of a stack that imports none", async () => {
    expect((await run("deploy", "other", "--auto-approve")).code).toBe(0);
    expect(storage.calls).toEqual([]);
  });

  itWithTool("is told by diff, which builds nothing", async () => {
    const { code, stderr } = await run("diff");
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining(`the hosts' image will be built by a deploy: ${OBJECT}`),
    ]);
    const { stdout } = await run("diff", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ imagesToBuild: [OBJECT] });
  });

  itWithTool("is of no interest to a diff once it is built", async () => {
    facts({ objectName: OBJECT, built: true });
    expect((await run("diff")).stderr).not.toContain("image");
  });
});

describe("an image of Talos", () => {
  itWithTool("is neither fetched nor uploaded where the bucket has it", async () => {
    const objectName = "talos-1.13.9-oracle-arm64-0123456789ab.oci";
    const object = { content: Buffer.from("x"), metadata: {}, sizeBytes: 1 };
    const bucket = newBucket("lab-images", "ocid1.compartment.oc1..lab", { objects: new Map([[objectName, object]]) });
    storage.buckets.set(bucket.name, bucket);
    write({ talosImage: { objectName, version: "1.13.9" } });
    const { code, stderr } = await run("deploy", "oci", "--auto-approve");
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    expect(storage.calls.map(({ operation }) => operation)).toEqual(["GetNamespace", "HeadObject"]);
  });
});
