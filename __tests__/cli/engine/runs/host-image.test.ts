import { writeFileSync } from "node:fs";
import { ObjectStorage } from "../../../images/object-storage.ts";
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

/** What the app says of the hosts' image. */
function facts(proxmox: Readonly<Record<string, unknown>>): void {
  const config = {
    name: "lab",
    oci: { region: "eu-frankfurt-1", profile: "LAB" },
    access: { adminCidrs: ["203.0.113.7/32"] },
  };
  writeFileSync(lab.path("lab.config.json"), JSON.stringify(config));
  const images = { proxmox };
  writeFileSync(lab.path("lab.json"), JSON.stringify({ version: 1, lab: "lab", hosts: [], tunnels: [], images }));
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
