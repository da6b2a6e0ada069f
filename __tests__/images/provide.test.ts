import { rmSync, writeFileSync } from "node:fs";
import { buildImages } from "../../images/build.ts";
import { PROXMOX } from "../../images/model/definitions.ts";
import { ensureImages } from "../../images/index.ts";
import { type ProvideOptions, provideImage } from "../../images/provide.ts";
import { type FakeRunner, fakeRunner, Repository } from "./repository.ts";
import { BUCKET, COMPARTMENT, type UploadLab, uploadLab } from "./upload-lab.ts";

let repository: Repository;
let lab: UploadLab;
let runner: FakeRunner;
const said: string[] = [];

beforeEach(async () => {
  repository = new Repository();
  lab = await uploadLab();
  runner = fakeRunner();
  said.length = 0;
});
afterEach(async () => {
  repository.dispose();
  await lab.end();
});

const signal = new AbortController().signal;
const say = (line: string): void => void said.push(line);

async function provide(over: Partial<ProvideOptions> = {}): Promise<string> {
  const { root, artifacts } = repository;
  return provideImage({
    root,
    artifacts,
    store: await lab.open(),
    bucket: BUCKET,
    compartmentId: COMPARTMENT,
    allowPaid: false,
    build: () => buildImages({ images: [PROXMOX], root, artifacts, runner, signal, say }),
    say,
    ...over,
  });
}

const objects = (): readonly string[] => [...(lab.storage.buckets.get(BUCKET)?.objects.keys() ?? [])];
const locked = async () => (await ensureImages({ root: repository.root })).proxmox;
const forgetBuilds = (): void => rmSync(repository.artifacts, { recursive: true });

describe("provideImage", () => {
  it("builds, uploads and records what is neither here nor there", async () => {
    const name = await provide();
    expect(name).toMatch(/^proxmox-ampere-[0-9a-f]{12}-[0-9a-f]{12}\.oci$/);
    expect(objects()).toEqual([name]);
    expect(await locked()).toMatchObject({ built: true, objectName: name });
    expect(runner.requests.map(({ image }) => image.key)).toEqual(["base", "proxmox"]);
  });

  it("does nothing when the object is in the bucket, with or without a build here", async () => {
    const name = await provide();
    forgetBuilds();
    lab.storage.calls.length = 0;
    expect(await provide()).toBe(name);
    expect(runner.requests).toHaveLength(2);
    expect(lab.storage.calls.some(({ operation }) => operation === "UploadPart")).toBe(false);
  });

  it("uploads a build that is here, and builds nothing", async () => {
    const name = await provide();
    lab.storage.buckets.get(BUCKET)?.objects.clear();
    expect(await provide()).toBe(name);
    expect(objects()).toEqual([name]);
    expect(runner.requests).toHaveLength(2);
  });

  it("builds again what the lock names and is nowhere, and prints that", async () => {
    await provide();
    forgetBuilds();
    lab.storage.buckets.get(BUCKET)?.objects.clear();
    const name = await provide();
    expect(runner.requests).toHaveLength(4);
    expect(objects()).toEqual([name]);
    expect(await locked()).toMatchObject({ objectName: name });
    expect(said.join("\n")).toMatch(/proxmox-ampere-\S+, which images.lock.json names, is not in bucket images$/m);
    expect(said.join("\n")).toMatch(/proxmox-ampere is [0-9a-f]{12} now, where it was [0-9a-f]{12}; commit it/);
  });

  it("refuses a tampered build before anything is sent", async () => {
    await provide();
    lab.storage.buckets.get(BUCKET)?.objects.clear();
    writeFileSync(repository.path("artifacts", "proxmox-ampere", "disk.qcow2"), "proxmox X");
    await expect(provide()).rejects.toThrow(/it has been changed since/);
    expect(objects()).toEqual([]);
  });
});
