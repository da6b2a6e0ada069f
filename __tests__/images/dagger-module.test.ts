import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { DEFAULT_PROXMOX_VERSION } from "../../images/index.ts";
import { DAGGER_VERSION } from "../../images/runners/dagger-engine.ts";
import { run } from "./dagger-programs.ts";
import { type Call, describeWithEngine, FakeDaggerSession } from "./fake-dagger-session.ts";

jest.setTimeout(60_000);

const ROOT = join(__dirname, "../..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const json = (path: string): unknown => JSON.parse(read(path));

/** What docs/static/reference/dagger.schema.json of dagger v0.21 allows, of what is used here. */
const moduleConfig = z.strictObject({
  $schema: z.literal("https://docs.dagger.io/reference/dagger.schema.json"),
  name: z.literal("ampere-lab"),
  engineVersion: z.string().regex(/^v\d+\.\d+\.\d+$/),
  sdk: z.strictObject({ source: z.literal("typescript") }),
  source: z.string(),
});

describe("dagger.json", () => {
  it("is as Dagger's schema wants it", () => {
    expect(moduleConfig.safeParse(json("dagger.json")).error).toBeUndefined();
  });

  it("names a folder that has what the TypeScript SDK expects", () => {
    const { source } = moduleConfig.parse(json("dagger.json"));
    for (const file of ["src/index.ts", "package.json", "tsconfig.json"]) {
      expect([file, existsSync(join(ROOT, source, file))]).toEqual([file, true]);
    }
  });

  it("wants the engine of the SDK that is installed and of the CLI that the runner takes", () => {
    const locked = z.looseObject({ packages: z.record(z.string(), z.looseObject({ version: z.string().optional() })) });
    const manifest = z.looseObject({ dependencies: z.looseObject({ "@dagger.io/dagger": z.string() }) });
    const cli = /CLI_VERSION = "([^"]+)"/.exec(read("node_modules/@dagger.io/dagger/dist/src/provisioning/default.js"));
    expect({
      "dagger.json": moduleConfig.parse(json("dagger.json")).engineVersion.slice(1),
      "images/package.json": manifest.parse(json("images/package.json")).dependencies["@dagger.io/dagger"],
      "package-lock.json": locked.parse(json("package-lock.json")).packages["node_modules/@dagger.io/dagger"]?.version,
      "the SDK's own CLI": cli?.[1],
    }).toEqual({
      "dagger.json": DAGGER_VERSION,
      "images/package.json": DAGGER_VERSION,
      "package-lock.json": DAGGER_VERSION,
      "the SDK's own CLI": DAGGER_VERSION,
    });
  });
});

describe("the module's folder", () => {
  const files = readdirSync(join(ROOT, ".dagger/src"));

  it("needs nothing from elsewhere, which a module's runtime has not", () => {
    const imports = files.flatMap((file) => [...read(`.dagger/src/${file}`).matchAll(/ from "([^"]+)"/g)]);
    const elsewhere = imports
      .map(([, path]) => path)
      .filter((path) => !/^(\.\/[\w-]+\.ts|@dagger\.io\/dagger)$/.test(path ?? ""));
    expect(elsewhere).toEqual([]);
  });

  it("imports types only from the SDK where the library shares the file", () => {
    for (const file of files.filter((name) => name !== "index.ts")) {
      const values = [...read(`.dagger/src/${file}`).matchAll(/^import (?!type ).*@dagger\.io\/dagger.*$/gm)];
      expect([file, values.map(([line]) => line)]).toEqual([file, []]);
    }
  });

  it("has the engine's own TypeScript as its only package, so that nothing is installed for a call", () => {
    expect(json(".dagger/package.json")).toEqual({ type: "module", dependencies: { typescript: "5.9.3" } });
  });

  it("has types that fit, decorators included", () => {
    execFileSync(join(ROOT, "node_modules/.bin/tsc"), ["--noEmit", "-p", ".dagger"], { cwd: ROOT, stdio: "pipe" });
  });
});

describe("the module's functions, as Dagger reads them", () => {
  const argument = z.looseObject({
    isOptional: z.boolean(),
    defaultPath: z.string().optional(),
    defaultValue: z.unknown().optional(),
    type: z.looseObject({ kind: z.string(), name: z.string().optional() }),
  });
  const method = z.looseObject({
    description: z.string().min(1),
    arguments: z.record(z.string(), argument.extend({ description: z.string().min(1) })),
    returnType: z.looseObject({ kind: z.string(), name: z.string().optional() }),
  });
  const scanned = z.looseObject({
    objects: z.strictObject({ AmpereLab: z.looseObject({ methods: z.record(z.string(), method) }) }),
  });
  let methods: Readonly<Record<string, z.infer<typeof method>>> = {};

  beforeAll(async () => {
    const { code, output, error } = await run("dagger-scan-program.ts", null, {});
    expect({ code, error }).toEqual({ code: 0, error: "" });
    methods = scanned.parse(JSON.parse(output)).objects.AmpereLab.methods;
  });

  /** As `dagger call` names them. */
  const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

  it("are four", () => {
    const names = ["build-base-image", "build-proxmox-image", "build-all-images", "upload-to-oci"];
    expect(Object.keys(methods).map(kebab)).toEqual(names);
  });

  it.each([
    ["buildBaseImage", []],
    ["buildProxmoxImage", ["base"]],
    ["buildAllImages", []],
    ["uploadToOci", ["bucket", "compartment-id", "oci-config", "oci-key"]],
  ])("need no argument that they could do without: %s", (name, needed) => {
    const given = Object.entries(methods[name]?.arguments ?? {});
    const required = given.filter(
      ([, arg]) => !arg.isOptional && arg.defaultPath === undefined && arg.defaultValue === undefined,
    );
    expect(required.map(([arg]) => kebab(arg))).toEqual(needed);
  });

  it("default to files that are there", () => {
    const paths = Object.values(methods).flatMap((each) =>
      Object.values(each.arguments).flatMap((arg) => arg.defaultPath ?? []),
    );
    for (const path of new Set(paths)) expect([path, existsSync(join(ROOT, path))]).toEqual([path, true]);
  });

  it("default to the library's version of Proxmox VE, so that both ways make the same image", () => {
    for (const name of ["buildProxmoxImage", "buildAllImages", "uploadToOci"]) {
      expect(methods[name]?.arguments["proxmoxVersion"]?.defaultValue).toBe(DEFAULT_PROXMOX_VERSION);
    }
  });

  it("return folders, but for the upload, which takes secrets and never comes out of the cache", () => {
    const { uploadToOci, ...builds } = methods;
    for (const { returnType } of Object.values(builds))
      expect(returnType).toEqual({ kind: "OBJECT_KIND", name: "Directory" });
    expect(uploadToOci?.returnType).toEqual({ kind: "STRING_KIND" });
    for (const name of ["ociConfig", "ociKey"]) expect(uploadToOci?.arguments[name]?.type.name).toBe("Secret");
    // What introspection prints leaves this out.
    expect(read(".dagger/src/index.ts")).toMatch(/@func\(\{ cache: "never" \}\)\s+async uploadToOci\(/);
  });
});

describeWithEngine("the module", () => {
  const packer = { directory: "/repository/packer" };
  const pin = { file: "/repository/images/builder.json" };
  const builder = { directory: "/builder" };
  const credentials = [{ secret: "file:///config" }, { secret: "file:///key.pem" }];
  const target = ["images", "ocid1.compartment.oc1..a", ...credentials, { directory: "/repository" }, packer, pin];

  const CALLS: Readonly<Record<string, readonly unknown[]>> = {
    base: ["buildBaseImage", packer, pin, { file: "/source" }, ["a=b=c"], builder],
    proxmox: ["buildProxmoxImage", { file: "/base.qcow2" }, packer, pin, "9.1", ["a=1"], builder],
    all: ["buildAllImages", packer, pin, null, null, null, builder],
    uploadGiven: ["uploadToOci", ...target, { directory: "/artifacts" }, null, builder],
    uploadBuilt: ["uploadToOci", ...target, null, null, builder],
    unpinned: ["buildBaseImage", packer, pin],
    noValue: ["buildBaseImage", packer, pin, null, ["a"], builder],
    twoBuilders: ["buildBaseImage", packer, pin, null, [], builder, { file: "/builder.tar" }],
  };
  const OF_LIBRARY: Readonly<Record<string, object>> = {
    base: { call: "buildBaseImage", source: "/source", variables: { a: "b=c" } },
    proxmox: { call: "buildProxmoxImage", variables: { proxmox_version: "9.1", a: "1" } },
    all: { call: "buildAllImages", proxmoxVariables: { proxmox_version: DEFAULT_PROXMOX_VERSION } },
  };

  const PIN = JSON.stringify({ image: "docker.io/library/debian:bookworm-slim", digest: null });
  const session = new FakeDaggerSession({ contents: () => PIN, stdout: ({ id }) => id });
  let results: Readonly<Record<string, string | undefined>> = {};
  let ofLibrary: Readonly<Record<string, string | undefined>> = {};

  async function printed(program: string, jobs: object): Promise<Readonly<Record<string, string | undefined>>> {
    const { code, output, error } = await run(program, Object.values(jobs), session.env);
    expect({ code, error, invalid: session.invalid }).toEqual({ code: 0, error: "", invalid: [] });
    const lines = output.split("\n");
    return Object.fromEntries(Object.keys(jobs).map((name, index) => [name, lines[index]]));
  }

  beforeAll(async () => {
    await session.open();
    results = await printed("dagger-module-program.ts", CALLS);
    ofLibrary = await printed("dagger-pipeline-program.ts", OF_LIBRARY);
  });
  afterAll(() => session.close());

  it.each(Object.keys(OF_LIBRARY))("builds what the library builds: %s", (name) => {
    expect(results[name]).toBe(ofLibrary[name]);
  });

  /** The call behind an upload, which the fake session answers with its id. */
  const upload = (name: string): Call => session.object(results[name] ?? "");

  it("uploads the images that it is given, with secrets", () => {
    expect(upload("uploadGiven").input("withMountedDirectory", "source").args).toMatchObject({ path: "/artifacts" });
    expect(
      upload("uploadGiven")
        .all("withMountedSecret")
        .map(({ args }) => args["source"]),
    ).toEqual([
      expect.objectContaining({ type: "Secret", args: { uri: "file:///config" } }),
      expect.objectContaining({ type: "Secret", args: { uri: "file:///key.pem" } }),
    ]);
  });

  it("uploads the images that it builds where none are given", () => {
    expect(upload("uploadBuilt").input("withMountedDirectory", "source").id).toBe(ofLibrary["all"]);
  });

  it("uploads again each time", () => {
    const nonce = (name: string): unknown => upload(name).all("withEnvVariable").at(-1)?.args["value"];
    expect(nonce("uploadGiven")).not.toBe(nonce("uploadBuilt"));
  });

  it.each([
    [
      "a builder of which nothing is pinned",
      "unpinned",
      /^images\/builder\.json: digest: got null, allowed .*--builder PATH$/,
    ],
    ["a variable without a value", "noValue", /^--variables: got "a", allowed name=value$/],
    ["two builders", "twoBuilders", /^--builder and --builder-archive: got both, allowed one of them$/],
  ])("refuses %s", (_, name, words) => {
    expect(results[name]).toMatch(words);
  });
});
