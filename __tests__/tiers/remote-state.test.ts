/** States in a bucket of a real S3 server, by OpenTofu: deployed from, locked, encrypted, moved, restored, and killed. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { SmallLab } from "../cli/small-lab.ts";
import { itWithServer, server, TOFU } from "./s3-server.ts";

const thing = (input: string) => ({ terraform_data: { thing: { input } } });
const made = { made: { value: "${terraform_data.thing.output}" } };
const reads = (from: string) => ({
  reads: [from],
  terraform: { resource: thing(`\${data.terraform_remote_state.${from}.outputs.made}`), output: made },
});
const FACTS = { version: 1, lab: "test", hosts: [], tunnels: [] };

let lab: SmallLab;
let prefix: string;
beforeEach(() => {
  lab = new SmallLab({
    oci: { terraform: { resource: thing("a"), output: made } },
    proxmox: reads("oci"),
    talos: reads("proxmox"),
  });
  prefix = `lab-${randomUUID()}`;
});
afterEach(() => lab.dispose());

const inBucket = (): void => lab.keepIn(server().backend(`${prefix}/STACK.tfstate`));
const encrypt = (encryptedState: boolean): void =>
  writeFileSync(lab.path("lab.json"), JSON.stringify({ ...FACTS, encryptedState }));
const env = () => ({ TERRAFORM_BINARY_NAME: TOFU, ...server().credentials });
const cdktf = (...args: string[]) => lab.run(args, env());
const deploy = () => cdktf("deploy", "--auto-approve");
const state = (...args: string[]) => lab.runLab(["state", ...args], env());
const object = (stack: string) => server().object(`${prefix}/${stack}.tfstate`);

interface Listed {
  readonly name: string;
  readonly at: string;
  readonly serial: number;
  readonly lineage: string;
  readonly resources: number;
  readonly backups: readonly { readonly serial: number }[];
}

async function listed(): Promise<readonly Listed[]> {
  return JSON.parse((await state("list", "--json")).stdout).stacks;
}

/** What must come through unharmed: serial, lineage and number of objects, by stack. */
async function essence(): Promise<unknown> {
  return (await listed()).map(({ name, serial, lineage, resources }) => ({ name, serial, lineage, resources }));
}

describe("states in a bucket", () => {
  beforeEach(inBucket);

  itWithServer("are deployed, read across stacks, foreseen by a diff, destroyed, and deployed again", async () => {
    expect(JSON.parse((await cdktf("diff", "--json")).stdout).stacks).toHaveLength(3);
    expect((await deploy()).stdout).toContain("talos   made = a");
    expect([await object("oci"), lab.has(".lab", "state", "oci.tfstate")]).toEqual([expect.any(String), false]);
    const outputs = JSON.parse((await cdktf("output", "--json")).stdout).stacks;
    expect(outputs).toEqual(["oci", "proxmox", "talos"].map((name) => ({ name, outputs: { made: "a" } })));
    expect((await cdktf("diff")).code).toBe(0);
    expect((await cdktf("destroy", "--auto-approve")).code).toBe(0);
    expect((await listed()).map(({ resources, backups }) => [resources, backups.length])).toEqual(
      Array.from({ length: 3 }, () => [0, 1]),
    );
    expect((await deploy()).stdout).toContain("talos   made = a");
    expect((await cdktf("diff")).code).toBe(0);
  });

  itWithServer("are not written while somebody holds their lock, and it is said how to take it away", async () => {
    await deploy();
    const lock = { ID: randomUUID(), Operation: "OperationTypeApply", Who: "me@elsewhere", Created: new Date() };
    await server().put(`${prefix}/oci.tfstate.tflock`, JSON.stringify(lock));
    const { code, stderr } = await cdktf("destroy", "--auto-approve");
    expect([code, stderr]).toEqual([1, expect.stringContaining("me@elsewhere")]);
    expect(stderr).toMatch(new RegExp(`The state of oci is locked.*force-unlock ${lock.ID}`));
    const restore = await state("restore", "talos", "--yes");
    expect([restore.code, restore.stderr]).toEqual([0, expect.stringContaining("known again")]);
    await server().put(`${prefix}/talos.tfstate.tflock`, JSON.stringify(lock));
    lab.keepIn(null);
    const migrate = await state("migrate");
    expect([migrate.code, migrate.stderr]).toEqual([1, expect.stringContaining(`force-unlock ${lock.ID}`)]);
  });

  itWithServer("that cannot be reached are told of in one line", async () => {
    lab.keepIn(server().backend(`${prefix}/STACK.tfstate`, { bucket: "nobodys" }));
    const { code, stderr } = await cdktf("diff");
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^the state of \w+ cannot be reached at s3:\/\/nobodys\/.*bucket/m),
    ]);
  });
});

describe("lab state migrate", () => {
  itWithServer("is asked for before a deploy from elsewhere, moves all to the bucket, and back", async () => {
    await deploy();
    const before = await essence();
    inBucket();
    for (const args of [["deploy", "--auto-approve"], ["diff"], ["destroy", "--auto-approve"]]) {
      const { code, stderr } = await cdktf(...args);
      expect([code, stderr]).toEqual([1, expect.stringContaining("run `npx lab state migrate`")]);
    }
    expect(await object("oci")).toBeNull();
    expect((await state("migrate")).code).toBe(0);
    expect([await essence(), (await cdktf("diff")).code]).toEqual([before, 0]);
    // With the config of before, on a machine that knows of no move.
    lab.keepIn(null);
    writeFileSync(lab.path(".lab", "state", "where.json"), JSON.stringify({ version: 1, stacks: {} }));
    expect((await cdktf("deploy", "--auto-approve")).stderr).toMatch(/the state of oci was moved from .* to s3:\/\//);

    inBucket();
    await state("migrate");
    lab.keepIn(null);
    expect((await state("migrate")).code).toBe(0);
    expect([await essence(), (await cdktf("diff")).code]).toEqual([before, 0]);
  });

  itWithServer("needs none of the providers that a state speaks of, here or on another machine", async () => {
    await deploy();
    const file = lab.path(".lab", "state", "oci.tfstate");
    const held = JSON.parse(readFileSync(file, "utf8"));
    const instances = [{ schema_version: 0, attributes: { id: "ocid1.vcn.oc1..a" }, dependencies: [] }];
    for (const host of ["registry.opentofu.org", "registry.terraform.io"]) {
      const provider = `provider["${host}/oracle/oci"]`;
      held.resources.push({ mode: "managed", type: "oci_core_vcn", name: host.split(".")[1], provider, instances });
    }
    writeFileSync(file, JSON.stringify(held));
    inBucket();
    expect((await state("migrate")).code).toBe(0);
    rmSync(lab.path(".lab"), { recursive: true });
    expect((await listed())[0]).toMatchObject({ name: "oci", resources: 3, lineage: held.lineage });
  });

  itWithServer("refuses a bucket where another lab keeps its states", async () => {
    inBucket();
    await deploy();
    const other = await essence();
    const mine = new SmallLab({ oci: { terraform: { resource: thing("b") } } });
    try {
      expect((await mine.run(["deploy", "--auto-approve"], env())).code).toBe(0);
      mine.keepIn(server().backend(`${prefix}/STACK.tfstate`));
      const { code, stderr } = await mine.runLab(["state", "migrate"], env());
      expect([code, stderr]).toEqual([1, expect.stringContaining("holds another state")]);
      expect(await essence()).toEqual(other);
    } finally {
      mine.dispose();
    }
  });
});

describe("encrypted states", () => {
  const plain = (text: string | null): boolean => text?.includes("terraform_data") ?? false;

  itWithServer("are so in the bucket, in files, and as backups; plans work, and outputs are read", async () => {
    inBucket();
    encrypt(true);
    expect(JSON.parse((await cdktf("diff", "--json")).stdout).stacks).toHaveLength(3);
    expect((await deploy()).stdout).toContain("talos   made = a");
    expect([plain(await object("oci")), (await object("oci"))?.includes("encrypted_data")]).toEqual([false, true]);
    const before = await essence();
    lab.keepIn(null);
    expect((await state("migrate")).code).toBe(0);
    expect(await essence()).toEqual(before);
    expect(plain(readFileSync(lab.path(".lab", "state", "oci.tfstate"), "utf8"))).toBe(false);
    expect([(await cdktf("diff")).code, (await cdktf("output")).stdout]).toEqual([
      0,
      expect.stringContaining("talos   made = a"),
    ]);
    expect((await cdktf("destroy", "talos", "--auto-approve")).code).toBe(0);
    expect((await state("restore", "talos", "--yes")).code).toBe(0);
    expect((await cdktf("diff")).code).toBe(0);
    const backups = JSON.parse((await state("list", "--json")).stdout).stacks;
    for (const { file } of backups[2].backups) expect(plain(readFileSync(file, "utf8"))).toBe(false);
  });

  itWithServer("become so, and cease to be so, by a migration to where they are", async () => {
    inBucket();
    encrypt(false);
    await deploy();
    const before = await essence();
    for (const encrypted of [true, false]) {
      encrypt(encrypted);
      expect((await cdktf("diff")).stderr).toContain("run `npx lab state migrate`");
      expect((await state("migrate")).code).toBe(0);
      expect([await essence(), plain(await object("oci")), (await cdktf("diff")).code]).toEqual([
        before,
        !encrypted,
        0,
      ]);
    }
  });
});
