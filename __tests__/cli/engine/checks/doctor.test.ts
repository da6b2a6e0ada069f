import { createHash, generateKeyPairSync } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { budgetMail, credentials, region, support } from "../../../../cli/engine/checks/config.ts";
import { type Finding, findingsOf } from "../../../../cli/ui/findings.ts";
import { lockFinding } from "../../../../cli/engine/checks/images.ts";
import { kvmHere, ports, tools } from "../../../../cli/engine/checks/machine.ts";
import { remoteStates, state } from "../../../../cli/engine/checks/state.ts";
import { openProject } from "../../../../cli/engine/synth/project.ts";
import { takeLock } from "../../../../cli/engine/synth/lock.ts";
import { writeLost } from "../../../../cli/engine/state/lost-objects.ts";
import { parseConfig } from "../../../../config/parse.ts";
import { inCloud } from "../../../../config/sign-in.ts";
import { planTopology } from "../../../../topology/plan.ts";

const CONFIG = { name: "lab", oci: { region: "eu-frankfurt-1" }, access: { adminCidrs: ["203.0.113.7/32"] } };

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "ampere-doctor-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function write(path: string, text: string, mode = 0o600): string {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}
/** A program that says something, or hangs. */
const program = (name: string, script: string): string => write(`bin/${name}`, `#!/bin/sh\n${script}\n`, 0o755);
const named = (findings: readonly Finding[], name: string) => findings.filter((each) => each.name === name);
const statusOf = (findings: readonly Finding[], name: string) => named(findings, name).map(({ status }) => status);

describe("a check of lab doctor", () => {
  it("is a failure when it throws, with what to do behind the semicolon", async () => {
    const check = () => Promise.reject(new Error("it broke; mend it\nand more"));
    expect(await findingsOf("it", check)).toEqual([
      { name: "it", status: "fail", found: "it broke", advice: "mend it (and 1 more)" },
    ]);
  });

  it("is a warning when it does not answer in time", async () => {
    expect(statusOf(await findingsOf("it", () => new Promise(() => undefined), 1), "it")).toEqual(["warn"]);
  });
});

describe("budget", () => {
  const config = (budget: object) => inCloud(parseConfig({ ...CONFIG, oci: { ...CONFIG.oci, budget } }));

  it("is a warning where it would mail nobody", () => {
    expect(budgetMail(config({}), false)).toMatchObject({
      status: "warn",
      advice: expect.stringContaining("oci.budget.email"),
    });
    expect(budgetMail(config({}), true)).toMatchObject({ status: "ok" });
    expect(budgetMail(config({ email: "me@example.org" }), false)).toMatchObject({
      status: "ok",
      found: expect.stringContaining("me@example.org"),
    });
  });
});

describe("tools", () => {
  // Where an OpenTofu of `lab tools build` would be found.
  const { XDG_CACHE_HOME: cache } = process.env;
  beforeEach(() => {
    process.env["XDG_CACHE_HOME"] = home;
  });
  afterEach(() => {
    if (cache === undefined) delete process.env["XDG_CACHE_HOME"];
    else process.env["XDG_CACHE_HOME"] = cache;
  });
  const env = () => ({ PATH: join(home, "bin"), HOME: home, XDG_CACHE_HOME: home });

  it("fail without Terraform and ssh, warn without a builder of images, and want neither Go nor Nix", async () => {
    const found = await tools(env(), false);
    expect(found.map(({ name, status }) => `${name}: ${status}`)).toEqual([
      "node: ok",
      "terraform: fail",
      "ssh: fail",
      "image builder: warn",
      "go: ok",
      "nix: ok",
    ]);
    expect(named(found, "terraform")[0]).toMatchObject({
      found: "neither tofu nor terraform is on PATH",
      advice: expect.stringMatching(/^install OpenTofu/),
    });
  });

  it("have a deadline each: one that hangs holds up no other", async () => {
    program("go", "kill -STOP $$");
    const found = await tools(env(), false, 1000);
    expect(named(found, "go")).toEqual([expect.objectContaining({ status: "warn", found: "no answer in 1 s" })]);
    expect(named(found, "terraform")[0]?.found).toBe("neither tofu nor terraform is on PATH");
  });

  it("have their versions, and the sandbox needs no ssh", async () => {
    program("tofu", 'echo "OpenTofu v1.10.1"');
    program("go", 'echo "go version go1.26.8 linux/arm64"');
    const found = await tools(env(), true);
    expect(named(found, "terraform")[0]?.found).toContain("OpenTofu 1.10.1 (");
    expect(named(found, "go")[0]?.found).toMatch(/^1\.26\.8: /);
    expect(statusOf(found, "ssh")).toEqual(["warn"]);
  });

  it.each([
    ["1.6.6", "exit 1", "ok"],
    ["Packer v1.16.0", "exit 0", "warn"],
    ["Packer v1.16.0", "echo /p/github.com/hashicorp/qemu/packer-plugin-qemu_v1.1.4_x5.0_linux_amd64", "ok"],
  ])("know whether Packer, which says %s, has its plugin for QEMU: %s", async (version, plugins, status) => {
    program("packer", `case $1 in version) echo "${version}" ;; *) ${plugins} ;; esac`);
    program("qemu-system-aarch64", 'echo "QEMU emulator version 10.0.2"');
    for (const name of ["qemu-img", "xorriso", "ssh-keygen"]) program(name, "exit 0");
    program("firmware.fd", "");
    const [found] = named(
      await tools({ ...env(), UEFI_FIRMWARE: join(home, "bin", "firmware.fd") }, true),
      "image builder",
    );
    expect(found?.status).toBe(status);
    if (status === "warn") expect(found?.advice).toContain("packer init packer/plugins");
  });

  it("fail with a Terraform that is too old, and warn of a Go that does not run", async () => {
    program("terraform", 'echo "Terraform v1.5.7"');
    program("go", "exit 3");
    const found = await tools(env(), true);
    expect(named(found, "terraform")[0]).toMatchObject({ status: "fail", found: expect.stringContaining("too old") });
    expect(statusOf(found, "go")).toEqual(["warn"]);
  });
});

describe("the region", () => {
  const { oci, ...rest } = CONFIG;
  const lab = (homeRegion?: string) =>
    inCloud(
      parseConfig(
        { preset: "free", ...rest, oci: { ...oci, ...(homeRegion === undefined ? {} : { homeRegion }) } },
        "it",
      ),
    );

  it("warns when it is not the home region, or not the profile's", () => {
    expect(region(lab("uk-london-1"), undefined).status).toBe("warn");
    expect(region(lab(), "uk-london-1")).toMatchObject({
      status: "warn",
      advice: "set oci.region to uk-london-1 if that is your home region",
    });
    expect(region(lab(), "eu-frankfurt-1").status).toBe("ok");
  });
});

describe("credentials", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();

  // MD5 of the public key, as the console shows it.
  const der = publicKey.export({ type: "spki", format: "der" });
  const fingerprint = createHash("md5")
    .update(der)
    .digest("hex")
    .replaceAll(/..(?=.)/g, "$&:");

  function profile(): NodeJS.ProcessEnv {
    const key = join(home, "key.pem");
    const lines = ["[DEFAULT]", "tenancy=ocid1.tenancy.t", "user=ocid1.user.u", `fingerprint=${fingerprint}`];
    write(".oci/config", [...lines, `key_file=${key}`, ""].join("\n"));
    return { HOME: home, OCI_CLI_CONFIG_FILE: join(home, ".oci/config") };
  }

  const DEFAULT = { auth: "profile", profile: "DEFAULT" } as const;

  it("of the environment are ok with a key that fits", async () => {
    const key = write("key.pem", pem);
    const env = {
      TF_VAR_tenancy_ocid: "ocid1.tenancy.t",
      TF_VAR_user_ocid: "ocid1.user.u",
      TF_VAR_fingerprint: fingerprint,
      TF_VAR_private_key_path: key,
    };
    expect(await credentials({ auth: "environment" }, env)).toMatchObject([{ status: "ok", found: "the environment" }]);
    const { TF_VAR_user_ocid: _, ...less } = env;
    expect(await credentials({ auth: "environment" }, less)).toMatchObject([
      { status: "fail", found: "TF_VAR_user_ocid is not set" },
    ]);
  });

  it("that are a session are ok where the config says so, as the provider wants it said", async () => {
    const env = profile();
    write("key.pem", pem);
    const file = write("token", "eyJ.session");
    writeFileSync(env["OCI_CLI_CONFIG_FILE"] ?? "", `security_token_file=${file}\n`, { flag: "a" });
    expect(await credentials({ ...DEFAULT, auth: "security-token" }, env)).toMatchObject([{ status: "ok" }]);
    expect(await credentials(DEFAULT, env)).toMatchObject([
      { status: "fail", advice: 'set oci.auth to "security-token"' },
    ]);
  });

  it("are ok with a key that fits, and warn when others may read it", async () => {
    const env = profile();
    const key = write("key.pem", pem);
    expect(statusOf(await credentials(DEFAULT, env), "credentials")).toEqual(["ok"]);
    chmodSync(key, 0o644);
    expect(await credentials(DEFAULT, env)).toMatchObject([{ status: "warn", advice: expect.stringContaining(key) }]);
  });

  it("fail without a file, a profile or a key, and say nothing of what is in them", async () => {
    const env = profile();
    const nowhere = { OCI_CLI_CONFIG_FILE: join(home, "nowhere") };
    const found = [
      ...(await credentials(DEFAULT, nowhere)),
      ...(await credentials({ auth: "profile", profile: "OTHER" }, env)),
      ...(await credentials(DEFAULT, env)),
    ];
    write("key.pem", pem.slice(0, 200));
    found.push(...(await credentials(DEFAULT, env)));
    expect(found.map(({ status }) => status)).toEqual(["fail", "fail", "fail", "fail"]);
    expect(JSON.stringify(found)).not.toMatch(/PRIVATE|ocid1|MII/);
  });
});

describe("the image lock", () => {
  const image = {
    name: "base",
    inputHash: "a",
    objectName: "o",
    sha256: "f".repeat(64),
    sizeBytes: 1,
    status: "current",
    built: true,
    testedWithStandIns: true,
  } as const;

  it("is ok when it is current and tested, and warns of each lack; the sandbox has none", () => {
    const lacks = [{ status: "stale" } as const, { sha256: null }, { testedWithStandIns: false }];
    expect(lockFinding("it", image, false)).toMatchObject({
      status: "ok",
      found: expect.stringMatching(/, tested with stand-ins$/),
    });
    for (const lack of lacks) {
      expect(lockFinding("it", { ...image, ...lack }, false).status).toBe("warn");
      expect(lockFinding("it", { ...image, ...lack }, true).status).toBe("ok");
    }
  });
});

describe("what earlier runs have left", () => {
  const project = () => openProject({ app: "node main.ts", sandbox: false }, { LAB_HOME: home }, home);

  it("is ok when there is nothing, and names what is deployed", async () => {
    expect((await state(project())).map(({ status }) => status)).toEqual(["ok", "ok", "ok"]);
    write(".lab/state/oci.tfstate", JSON.stringify({ version: 4, outputs: { a: { value: 1, type: "number" } } }));
    expect(named(await state(project()), "state")[0]?.found).toBe("readable; deployed: oci");
  });

  it("fails with an encrypted state that nobody here can open, and says what is missing", async () => {
    write(".lab/state/oci.tfstate", JSON.stringify({ serial: 1, lineage: "a", encrypted_data: "AAAA" }));
    const missing = [
      expect.objectContaining({
        status: "fail",
        found:
          "oci: it is encrypted, and the lab's secrets have no passphrase: bring back the secrets that have it (statePassphrase), from a copy of secrets.json or from git",
      }),
    ];
    expect(named(await state(project()), "state")).toEqual(missing);
  });

  it("fails with a state that is damaged, and with a record that cannot be read", async () => {
    write(".lab/state/oci.tfstate", "{");
    write(".lab/run/oci.json", "{");
    expect(statusOf(await state(project()), "state")).toEqual(["fail"]);
    expect(statusOf(await state(project()), "run")).toEqual(["fail"]);
  });

  it("warns of objects that were lost, and says how they come back", async () => {
    writeLost(join(home, ".lab/run"), "oci", [
      { address: "oci_core_vcn.a", type: "oci_core_vcn", id: null, replacedId: null },
    ]);
    expect(named(await state(project()), "lost")).toEqual([
      {
        name: "lost",
        status: "warn",
        found: "oci: oci_core_vcn.a",
        advice: "npx cdktf deploy oci --recover takes back what can be identified",
      },
    ]);
    write(".lab/run/oci/lost.json", "[1]");
    expect(statusOf(await state(project()), "lost")).toEqual(["fail"]);
  });

  it("warns of a lock that is held, and passes over what a holder that died has left", async () => {
    const file = write(".lab/cdktf.lock", "");
    const lock = await takeLock(file, "cdktf deploy", () => undefined, new AbortController().signal);
    const text = readFileSync(file, "utf8");
    expect(named(await state(project()), "lock")[0]).toMatchObject({
      status: "warn",
      found: expect.stringContaining(`held by cdktf deploy, process ${process.pid}, since 20`),
    });
    lock.release();
    write(".lab/cdktf.lock", text);
    expect(statusOf(await state(project()), "lock")).toEqual(["ok"]);
    expect(readFileSync(file, "utf8")).toBe(text);
  });
});

describe("the state backend", () => {
  const project = (sandbox = false) => openProject({ app: "node main.ts", sandbox }, { LAB_HOME: home }, home);
  const bucket = { backend: "s3", bucket: "states", endpoint: "http://127.0.0.1:9", region: "eu-frankfurt-1" } as const;
  const topology = (state?: typeof bucket) => planTopology(parseConfig({ ...CONFIG, ...(state && { state }) }));
  const deployed = { version: 4, serial: 1, lineage: "a", outputs: { a: { value: 1, type: "number" } } };

  it("is of no interest where states are in files here, and in the sandbox", async () => {
    expect(await remoteStates(topology(), project())).toEqual([]);
    expect(await remoteStates(topology(bucket), project(true))).toEqual([]);
  });

  it("fails where a state is elsewhere than the config says", async () => {
    write(".lab/state/oci.tfstate", JSON.stringify(deployed));
    const [finding] = await remoteStates(topology(bucket), project());
    expect(finding).toMatchObject({ status: "fail", advice: "move them: npx lab state migrate" });
    expect(finding?.found).toContain(join(home, ".lab/state/oci.tfstate"));
  });
});

describe("tunnel ports", () => {
  it("fail when another program has one, unless it is this LAB_HOME's sandbox", async () => {
    const server = createServer();
    const localPort = await new Promise<number>((resolve) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
    const tunnels = [{ name: "api", localPort, via: "pve-1", target: { address: "10.0.0.1", port: 1 } }];
    const asked = async (sandbox: boolean, running: boolean) => (await ports(tunnels, sandbox, running))[0]?.status;
    try {
      expect([await asked(false, false), await asked(true, false)]).toEqual(["fail", "fail"]);
      expect([await asked(false, true), await asked(true, true)]).toEqual(["warn", "ok"]);
      expect(await ports(tunnels, false, false, 4711)).toMatchObject([
        { status: "ok", found: `${localPort}: taken by lab tunnel, process 4711, which shares them` },
      ]);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
    expect(await asked(false, false)).toBe("ok");
  });
});

describe("/dev/kvm", () => {
  it("helps where it opens on arm64, and nowhere else", () => {
    const device = write("kvm", "");
    expect(kvmHere(device, "arm64").found).toMatch(/^opens/);
    expect(kvmHere(device, "x64").found).toMatch(/^here, and no help/);
    expect(kvmHere(join(home, "nowhere"), "arm64").found).toMatch(/^not here/);
  });
});

describe("the versions of a lab", () => {
  const of = (talos: string, kubernetes: string) => parseConfig({ ...CONFIG, versions: { talos, kubernetes } });

  it("are warned of from the day on which support of their Talos ended", () => {
    expect(support(of("1.13.9", "1.36.3"), "2026-09-02").status).toBe("ok");
    expect(support(of("1.13.9", "1.36.3"), "2026-09-03")).toMatchObject({
      status: "warn",
      found: "Talos 1.13.9, Kubernetes 1.36.3: community support of Talos 1.13 ended on 2026-09-03",
    });
    expect(support(of("1.14.1", "1.36.3"), "2026-09-03").status).toBe("ok");
  });
});
