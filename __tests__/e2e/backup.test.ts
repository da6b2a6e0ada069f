/** The whole disaster, in the sandbox: etcd of every control plane is lost, and comes back from a backup. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import https from "node:https";
import { join } from "node:path";
import { type Admin, readKubeconfig } from "../../cli/clients/kubernetes.ts";
import { etcdKeeperAt } from "../../cli/clients/talos-recovery.ts";
import { readTalosconfig } from "../../cli/clients/talos.ts";
import type { LabInput } from "../../config/index.ts";
import { LEAST_AT_HOME } from "../config/labs.ts";
import { type Ended, TestLab } from "./lab.ts";

jest.setTimeout(180_000);

const fine = ({ code, stderr }: Ended) => ({ code, stderr: code === 0 ? "" : stderr });
const FINE = { code: 0, stderr: "" };

/** One request to the API server that the kubeconfig names. */
function request({ server, ca, cert, key }: Admin, method: string, path: string, body?: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json" };
    const options = { method, ca, cert, key, headers, agent: false, servername: "" };
    const sent = https.request(new URL(path, server), options, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => resolve(JSON.parse(text)));
    });
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";

/** Writes the contexts of the lab and reads them. */
async function adminOf(lab: TestLab): Promise<Admin> {
  const file = join(lab.home, "kubeconfig");
  expect(fine(await lab.lab("kubeconfig", "--out", file, "--force"))).toEqual(FINE);
  return readKubeconfig(readFileSync(file, "utf8"));
}

async function configMaps(admin: Admin): Promise<unknown> {
  const { items } = Object(await request(admin, "GET", CONFIG_MAPS));
  return items.map(({ metadata, data }: { metadata: { name: string; uid: string }; data?: object }) => ({
    name: metadata.name,
    uid: metadata.uid,
    data,
  }));
}

/** Wipes etcd of every control plane, as a disk that is lost would. */
async function loseEtcd(lab: TestLab, planes: readonly string[]): Promise<void> {
  const file = join(lab.home, "talosconfig");
  expect(fine(await lab.lab("talosconfig", "--out", file, "--force"))).toEqual(FINE);
  const admin = readTalosconfig(readFileSync(file, "utf8"));
  const status = JSON.parse((await lab.lab("status", "--json")).stdout);
  for (const plane of planes) {
    const { port } = status.ports.find(({ name }: { name: string }) => name === `talos ${plane}`);
    const keeper = etcdKeeperAt(admin, plane, port);
    await keeper.wipe().finally(() => keeper.close());
  }
}

const control = (name: string) => ({ name, role: "control-plane", vcpus: 2, memoryMb: 2048, diskGb: 20 }) as const;

const THREE: Partial<LabInput> = {
  ...LEAST_AT_HOME,
  kubernetes: { allowSchedulingOnControlPlanes: true, nodes: ["cp-1", "cp-2", "cp-3"].map(control) },
};

const LABS: readonly (readonly [string, readonly string[], Partial<LabInput>])[] = [
  ["one control plane", ["cp-1"], { preset: "direct" }],
  ["three control planes", ["cp-1", "cp-2", "cp-3"], THREE],
];

describe.each(LABS)("a lab with %s", (_, planes, input) => {
  let lab: TestLab;
  let backups: string;
  beforeAll(async () => {
    lab = await TestLab.create(input);
    backups = join(lab.home, "backups");
    expect(fine(await lab.cdktf("deploy", "--auto-approve"))).toEqual(FINE);
  });
  afterAll(() => lab.end());

  it("loses etcd of every control plane, and has the same objects after a restore", async () => {
    const admin = await adminOf(lab);
    await request(admin, "POST", CONFIG_MAPS, { metadata: { name: "kept" }, data: { word: "kept" } });
    const before = await configMaps(admin);
    const made = await lab.lab("backup", "--to", backups, "--json");
    expect(fine(made)).toEqual(FINE);
    expect(JSON.parse(made.stdout)).toMatchObject({ node: "cp-1", removed: [] });
    await request(admin, "POST", CONFIG_MAPS, { metadata: { name: "later" } });
    await loseEtcd(lab, planes);
    expect((await lab.lab("validate", "cluster")).code).toBe(1);
    expect(fine(await lab.lab("restore", "--from", backups, "--yes"))).toEqual(FINE);
    expect(await configMaps(admin)).toEqual(before);
    expect(fine(await lab.lab("validate", "cluster"))).toEqual(FINE);
  });

  it("is restored over what it holds only where that is to be wiped", async () => {
    const admin = await adminOf(lab);
    const before = await configMaps(admin);
    const refused = await lab.lab("restore", "--from", backups, "--yes");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("cp-1 has etcd with a leader");
    expect(await configMaps(admin)).toEqual(before);
    await request(admin, "POST", CONFIG_MAPS, { metadata: { name: "later" } });
    expect(fine(await lab.lab("restore", "--from", backups, "--wipe", "--yes"))).toEqual(FINE);
    expect(await configMaps(admin)).toEqual(before);
  });

  it("has no difference afterwards", async () => {
    expect(fine(await lab.cdktf("diff"))).toEqual(FINE);
  });

  it("is not touched by a backup that was changed", async () => {
    const admin = await adminOf(lab);
    const before = await configMaps(admin);
    const [name = ""] = readdirSync(backups);
    const file = join(backups, name);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const bytes = readFileSync(file);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 100) ^ 1, bytes.length - 100);
    writeFileSync(file, bytes);
    const refused = await lab.lab("restore", file, "--wipe", "--yes");
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain("cannot be opened: it was changed since");
    expect(await configMaps(admin)).toEqual(before);
  });
});

it("lab drill rehearses it with a lab of the config, in a sandbox of its own", async () => {
  const lab = await TestLab.create(THREE);
  try {
    const { code, stdout } = await lab.lab("drill", "--json");
    expect({ code, document: JSON.parse(stdout) }).toEqual({
      code: 0,
      document: {
        ok: true,
        controlPlanes: ["cp-1", "cp-2", "cp-3"],
        same: ["drill-1", "drill-2", "drill-3"],
        lost: [],
      },
    });
    expect(existsSync(join(lab.home, ".sandbox"))).toBe(false);
  } finally {
    await lab.end();
  }
});
