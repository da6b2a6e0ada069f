import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { declaredInputs } from "../../images/model/inputs.ts";
import { run } from "./dagger-programs.ts";
import { type Call, describeWithEngine, FakeDaggerSession } from "./fake-dagger-session.ts";

jest.setTimeout(60_000);

const ROOT = join(__dirname, "../..");
const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
const IMAGE = "docker.io/library/debian:bookworm-slim";

const commands = (object: Call): readonly unknown[] => object.all("withExec").map(({ args }) => args["args"]);
const variables = (object: Call) => object.all("withEnvVariable").map(({ args }) => [args["name"], args["value"]]);
const at = (path: string) => (call: Call) => call.args["path"] === path;

/** Calls functions of the pipeline in one program; what it printed for each, by name. */
async function call<Name extends string>(
  session: FakeDaggerSession,
  jobs: Readonly<Record<Name, object>>,
): Promise<(name: Name) => string> {
  await session.open();
  const { code, output, error } = await run("dagger-pipeline-program.ts", Object.values(jobs), session.env);
  expect({ code, error, invalid: session.invalid }).toEqual({ code: 0, error: "", invalid: [] });
  const lines = output.split("\n");
  return (name) => lines[Object.keys(jobs).indexOf(name)] ?? "";
}

describeWithEngine("the pipeline", () => {
  const source = "/source.qcow2";
  const base = { call: "buildBaseImage" };
  const JOBS = {
    base,
    fromSource: { ...base, source, variables: { b: "2=x", a: "1" } },
    again: { ...base, source, variables: { a: "1", b: "2=x" } },
    otherValue: { ...base, source, variables: { a: "1", b: "3" } },
    pinned: { ...base, builder: JSON.stringify({ image: IMAGE, digest: DIGEST }) },
    archive: { ...base, builder: "archive" },
    proxmox: { call: "buildProxmoxImage", variables: { proxmox_version: "9.2" } },
    all: { call: "buildAllImages", source, variables: { a: "1" }, proxmoxVariables: { proxmox_version: "9.2" } },
  };
  const session = new FakeDaggerSession();
  let id: (name: keyof typeof JOBS) => string;
  const image = (name: keyof typeof JOBS): Call => session.object(id(name));

  beforeAll(async () => {
    id = await call(session, JOBS);
  });
  afterAll(() => session.close());

  it("runs packer/build.sh on the base, after the packages that it needs, and nothing else", () => {
    const [packages, build, ...others] = commands(image("base"));
    const install = expect.stringContaining("apt-get install --yes --no-install-recommends ca-certificates ipxe-qemu");
    expect(packages).toEqual(["sh", "-ec", install]);
    expect(build).toEqual(["/src/packer/build.sh", "base", "/out"]);
    expect(others).toEqual([]);
  });

  it("passes the source and the variables on, these in the order of their names", () => {
    const from = ["--source", "/source/disk.qcow2"];
    const build = ["/src/packer/build.sh", "base", "/out", ...from, "-var", "a=1", "-var", "b=2=x"];
    expect(commands(image("fromSource")).at(-1)).toEqual(build);
    const file = image("fromSource").input("withMountedFile", "source", at("/source/disk.qcow2"));
    expect(file.chain.map(({ field }) => field)).toEqual(["host", "file"]);
    expect(file.args).toMatchObject({ path: source });
  });

  it("is the same call for the same inputs, so that it comes out of the engine's cache", () => {
    expect(id("again")).toBe(id("fromSource"));
    expect(id("otherValue")).not.toBe(id("fromSource"));
  });

  it("builds Proxmox VE on the base's disk", () => {
    const from = ["--source", "/source/disk.qcow2"];
    const build = ["/src/packer/build.sh", "proxmox-ampere", "/out", ...from, "-var", "proxmox_version=9.2"];
    expect(commands(image("proxmox")).at(-1)).toEqual(build);
    expect(image("proxmox").input("withMountedFile", "source").args).toMatchObject({ path: "/base.qcow2" });
  });

  it("builds both, the second from the first, each with its variables", () => {
    const made = image("all").input("withDirectory", "source", at("base-hardened"));
    const proxmox = image("all").input("withDirectory", "source", at("proxmox-ampere"));
    const command = (name: string) => ["/src/packer/build.sh", name, "/out", "--source", "/source/disk.qcow2"];
    expect(commands(made).at(-1)).toEqual([...command("base"), "-var", "a=1"]);
    const values = ["-var", "a=1", "-var", "proxmox_version=9.2"];
    expect(commands(proxmox).at(-1)).toEqual([...command("proxmox-ampere"), ...values]);
    const disk = proxmox.input("withMountedFile", "source");
    expect(disk.args).toMatchObject({ path: "disk.qcow2" });
    expect(disk.on?.id).toBe(made.id);
  });

  /** Whether a pattern with one star, in a name, takes the path. */
  const matches = (path: string, pattern: string): boolean => {
    const [start = "", end] = pattern.split("*");
    return end !== undefined && path.startsWith(start) && path.endsWith(end) && !path.slice(start.length).includes("/");
  };

  it.each([
    ["base", "base"],
    ["proxmox", "proxmox-ampere"],
  ] as const)("mounts of packer/ just what the image is named by: %s", async (name, folder) => {
    const packer = image(name).input("withMountedDirectory", "source", at("/src/packer"));
    expect(packer.all("directory")[0]?.args).toMatchObject({ path: "/repository/packer" });
    const include = z.array(z.string()).parse(packer.args["include"]);
    const taken = (path: string): boolean =>
      include.some((pattern) => path === pattern || path.startsWith(`${pattern}/`) || matches(path, pattern));
    const declared = declaredInputs(join(ROOT, "packer", folder)).map((path) => `${folder}/${path}`);
    const template = readFileSync(join(ROOT, "packer", folder, "build.pkr.hcl"), "utf8");
    const outside = [...template.matchAll(/\$\{path\.root\}\/\.\.\/([^"]+)"/g)].map(([, path]) => path ?? "");
    expect([...declared, ...outside, "build.sh", "plugins/plugins.pkr.hcl"].filter((path) => !taken(path))).toEqual([]);
    const others = [`${folder}/tests/boot.sh`, `${folder}/README.md`, "tests/boot.ts", "other/a.pkr.hcl"];
    expect(others.filter(taken)).toEqual([]);
  });

  it("keeps Packer's downloads in a cache volume that one build at a time uses", () => {
    const caches = image("base").all("withMountedCache");
    expect(caches.map(({ args }) => [args["path"], args["sharing"]])).toEqual([["/var/cache/packer", "LOCKED"]]);
    expect(image("base").input("withMountedCache", "cache").args).toMatchObject({ key: "ampere-lab-packer" });
    expect(variables(image("base"))).toContainEqual(["PACKER_CACHE_DIR", "/var/cache/packer"]);
  });

  it("returns the disk and its versions, and leaves the rest of the container there", () => {
    expect(image("base")).toMatchObject({ field: "filter", args: { include: ["disk.qcow2", "versions.json"] } });
    expect(image("base").on).toMatchObject({ field: "directory", args: { path: "/out" } });
  });

  it("gives no command more rights than a container has", () => {
    const none = { insecureRootCapabilities: false, experimentalPrivilegedNesting: false };
    for (const { args } of image("base").all("withExec")) expect(args).toMatchObject(none);
  });

  it("starts from the pinned image, by its digest", () => {
    expect(image("pinned").all("from")[0]?.args).toMatchObject({ address: `${IMAGE}@${DIGEST}` });
  });

  it("starts from a root file system that it is given", () => {
    expect(image("base").input("withRootfs", "directory").args).toMatchObject({ path: "/builder" });
  });

  it("starts from an image archive that it is given", () => {
    expect(image("archive").input("import", "source").args).toMatchObject({ path: "/builder.tar" });
  });
});

describeWithEngine("uploadToOci", () => {
  const CONFIG = "fingerprint=c0:ff:ee";
  const KEY = "-----BEGIN PRIVATE KEY-----";
  const session = new FakeDaggerSession({ stdout: () => '{"uploaded":[]}' });
  let folder = "";
  let returned = "";
  let uploads: readonly Call[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "ampere-lab-secrets-"));
    writeFileSync(join(folder, "config"), CONFIG);
    writeFileSync(join(folder, "key.pem"), KEY);
    const upload = (nonce: string) => ({ call: "uploadToOci", nonce, folder });
    returned = (await call(session, { first: upload("1"), second: upload("2") }))("first");
    uploads = session.reads;
  });
  afterAll(() => {
    session.close();
    rmSync(folder, { recursive: true });
  });

  it.each([0, 1])("runs the lab's own uploader on the images, upload %s", (upload) => {
    const words = "node cli/bin/lab.js images upload --bucket images --compartment-id ocid1.compartment.oc1..a";
    const [uploaded] = uploads.slice(upload);
    expect(uploaded && commands(uploaded).at(-1)).toEqual([...words.split(" "), "--artifacts", "/artifacts", "--json"]);
    const images = uploaded?.input("withMountedDirectory", "source", at("/artifacts"));
    expect(images?.args).toMatchObject({ path: "/artifacts" });
  });

  it("writes down what the disks are before it uploads them, and without credentials", () => {
    const words = "node cli/bin/lab.js images adopt --artifacts /artifacts --json".split(" ");
    const all = uploads[0] ? commands(uploads[0]) : [];
    expect(all.at(-2)).toEqual(words);
    const adopted = uploads[0]?.all("withExec").at(-2);
    expect(adopted?.all("withMountedSecret")).toEqual([]);
  });

  it("returns what the uploader prints", () => {
    expect(returned).toBe('{"uploaded":[]}');
    expect(uploads.map(({ field }) => field)).toEqual(["stdout", "stdout"]);
  });

  it("is another call each time, as an upload out of the cache would be none", () => {
    const [first = [], second = []] = uploads.map((upload) => upload.all("withExec").map(({ id }) => id));
    expect(second.at(-1)).not.toBe(first.at(-1));
    expect(second.slice(0, -1)).toEqual(first.slice(0, -1));
  });

  it("installs what package-lock.json says, without scripts", () => {
    const [, npm, install] = uploads[0] ? commands(uploads[0]) : [];
    expect(npm).toEqual(
      expect.arrayContaining(["--global", "--ignore-scripts", expect.stringMatching(/^npm@\d+\.\d+\.\d+$/)]),
    );
    expect(install).toEqual(["sh", "-ec", expect.stringContaining("npm ci --ignore-scripts --omit=dev")]);
  });

  it("takes the repository without what is made there and what is secret", () => {
    const copies = uploads[0]?.all("withDirectory") ?? [];
    expect(copies).toHaveLength(2);
    for (const { args } of copies) {
      expect(args["exclude"]).toEqual(expect.arrayContaining(["**/node_modules", ".git", ".lab", ".sandbox"]));
    }
  });

  it("mounts the credentials as secrets, and puts nothing of them anywhere else", () => {
    const secret = (name: string) =>
      expect.objectContaining({ type: "Secret", args: { uri: `file://${folder}/${name}` } });
    expect(uploads[0]?.all("withMountedSecret").map(({ args }) => [args["path"], args["source"]])).toEqual([
      ["/run/secrets/oci/config", secret("config")],
      ["/run/secrets/oci/key.pem", secret("key.pem")],
    ]);
    expect(uploads[0] && variables(uploads[0])).toEqual([
      ["DEBIAN_FRONTEND", "noninteractive"],
      ["OCI_CLI_CONFIG_FILE", "/run/secrets/oci/config"],
      ["OCI_CLI_KEY_FILE", "/run/secrets/oci/key.pem"],
      ["UPLOAD_NONCE", "1"],
    ]);
    const traffic = session.traffic.join("\n");
    for (const plain of [CONFIG, KEY, "plaintext"]) expect(traffic).not.toContain(plain);
  });
});

describeWithEngine("the fake session", () => {
  let session: FakeDaggerSession;
  beforeEach(async () => {
    session = new FakeDaggerSession();
    await session.open();
  });
  afterEach(() => session.close());

  it("refuses another token", async () => {
    const env = { ...session.env, DAGGER_SESSION_TOKEN: "another" };
    const { code, error } = await run("dagger-pipeline-program.ts", [{ call: "buildBaseImage" }], env);
    expect({ code, error }).toEqual({ code: 1, error: expect.stringContaining("wrong session token") });
  });

  it.each([
    ["a field that the engine has not", "{ container { withKvm { id } } }", 'Cannot query field "withKvm"'],
    ["an argument of another type", "{ cacheVolume(key: 1) { id } }", "String cannot represent a non string value"],
    ["a deprecated field", '{ git(url: "x", keepGitDir: true) { id } }', "is deprecated"],
    ["an id of nothing", '{ container { withRootfs(directory: "Directory:1") { id } } }', "no object has the id"],
  ])("refuses %s", async (_, query, words) => {
    const { DAGGER_SESSION_PORT: port, DAGGER_SESSION_TOKEN: token } = session.env;
    const headers = { authorization: `Basic ${btoa(`${token}:`)}` };
    await fetch(`http://127.0.0.1:${port}/query`, { method: "POST", headers, body: JSON.stringify({ query }) });
    expect(session.invalid).toEqual([expect.stringContaining(words)]);
  });
});
