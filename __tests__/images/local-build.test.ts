import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FIRMWARE, missingForLocal } from "../../images/runners/local-tools.ts";
import { FakeTools } from "./fake-tools.ts";

// Each of these starts programs, some several.
jest.setTimeout(30_000);

let tools: FakeTools;
beforeEach(() => {
  tools = new FakeTools();
});
afterEach(() => tools.dispose());

describe("lab images build", () => {
  it("leaves disk, console, versions and manifest, and says where", async () => {
    const { code, stdout, stderr } = await tools.build();
    expect([code, stdout]).toEqual([0, expect.stringContaining("base built: ")]);
    expect(stderr).toContain("built from other inputs than images.lock.json names");
    expect(tools.left()).toEqual(["base-hardened"]);
    expect(tools.read("artifacts", "base-hardened", "disk.qcow2")).toBe("disk\n");
  });

  it("shows each step with the time since it began", async () => {
    const { stdout } = await tools.build();
    expect(stdout).toMatch(/^base +\d+\.\ds {2}booting the guest$/m);
    expect(stdout).toMatch(/^base +\d+\.\ds {2}provisioning: 30-boot$/m);
  });

  it("prints one document with --json, and everything else on stderr", async () => {
    const { stdout } = await tools.build(["--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ images: [{ name: "base", status: "built", runner: "local" }] });
  });

  it("builds nothing the second time", async () => {
    await tools.build();
    rmSync(join(tools.folder, "bin", "packer"));
    writeFileSync(join(tools.folder, "bin", "packer"), "#!/bin/sh\nexit 9\n", { mode: 0o755 });
    const { code, stdout } = await tools.build();
    expect([code, stdout]).toEqual([0, expect.stringContaining("base is there already: ")]);
  });

  it("never takes KVM for a guest of another architecture", async () => {
    await tools.build(["--var", `architecture=${process.arch === "arm64" ? "x86_64" : "arm64"}`]);
    expect(tools.arguments()).toContain("accelerator=tcg");
  });

  it("hands Packer the source with its checksum, and the variables given", async () => {
    await tools.build(["--var", "disk_size=6G"]);
    const given = tools.arguments();
    expect(given).toContain(`source_url=${tools.source}`);
    expect(given.find((argument) => argument.startsWith("source_checksum="))).toMatch(/=sha512:[0-9a-f]{128}$/);
    expect(given).toContain("disk_size=6G");
  });

  it("accepts no key but that of this one build", async () => {
    await tools.build();
    const first = tools.read("seed", "user-data");
    await tools.build(["--force"]);
    const second = tools.read("seed", "user-data");
    expect(first).toMatch(/ssh_pwauth: false\n/);
    expect(first).toMatch(/ssh_authorized_keys: \["ssh-ed25519 \S+ image-build"\]/);
    expect(second).not.toBe(first);
  });

  it("prints the last lines of Packer and of the guest's console when a build fails, and leaves nothing", async () => {
    const { code, stderr } = await tools.build([], { FAKE_PACKER: "fail" });
    expect(code).toBe(1);
    expect(stderr).toContain("building base failed (packer/build.sh: exit code 1); it last said:");
    expect(stderr).toContain("Timeout waiting for SSH.");
    expect(stderr).toContain("the guest's console last said: Debian GNU/Linux 13 ttyAMA0");
    expect(tools.left()).toEqual([]);
  });

  it("says nothing of a console when it fails before the guest starts, whatever an earlier build has left", async () => {
    await tools.build([], { FAKE_PACKER: "fail" });
    const { code, stderr } = await tools.build([], { FAKE_PACKER: "early" });
    expect([code, stderr]).toEqual([1, expect.stringContaining("the source has another checksum")]);
    expect(stderr).not.toContain("console");
  });

  it("names what the machine lacks, and the packages that bring it", async () => {
    rmSync(join(tools.folder, "bin", "qemu-system-aarch64"));
    const { code, stderr } = await tools.build([], { PATH: join(tools.folder, "bin") });
    expect([code, stderr]).toEqual([
      1,
      "images cannot be built here: not on PATH: qemu-system-aarch64, ssh-keygen " +
        "(Debian: apt install qemu-system-arm ipxe-qemu qemu-efi-aarch64 openssh-client)\n",
    ]);
  });

  it("names ways to get Packer that there are", async () => {
    rmSync(join(tools.folder, "bin", "packer"));
    const bin = join(tools.folder, "bin");
    const { stderr } = await tools.build([], { PATH: bin });
    expect(stderr).toMatch(/not on PATH: packer, ssh-keygen .*apt install packer on Debian 12, Homebrew's/);
  });

  it("takes another maker of ISO images for xorriso", () => {
    const bin = mkdtempSync(join(tools.folder, "tools-"));
    for (const name of ["packer", "qemu-system-aarch64", "qemu-img", "hdiutil", "ssh-keygen"])
      writeFileSync(join(bin, name), "", { mode: 0o755 });
    const firmware = join(tools.folder, "firmware.fd");
    expect(missingForLocal({ PATH: bin, UEFI_FIRMWARE: firmware })).toBeNull();
    rmSync(join(bin, "hdiutil"));
    expect(missingForLocal({ PATH: bin, UEFI_FIRMWARE: firmware })).toContain("xorriso");
  });

  it("passes over no firmware that is named and is not there", () => {
    const bin = join(tools.folder, "bin");
    const named = { HOME: tools.folder, PATH: `${bin}:${process.env["PATH"]}` };
    expect(missingForLocal({ ...named, UEFI_FIRMWARE: "~/firmware.fd" })).toBeNull();
    expect(missingForLocal({ ...named, UEFI_FIRMWARE: "~/other.fd" })).toBe(
      `UEFI_FIRMWARE: got ${join(tools.folder, "other.fd")}, allowed a file that is there`,
    );
  });

  it("looks for firmware where the build does", () => {
    const script = readFileSync(join(__dirname, "../../packer/build.sh"), "utf8");
    expect(/arm64\) candidates=\(([^)]*)\)/.exec(script)?.[1]?.split(" ")).toEqual(FIRMWARE);
  });

  it.each([
    [["build", "bse"], 'image: got "bse", allowed base and proxmox\n'],
    [["build", "--var", "x"], '--var: got "x", allowed NAME=VALUE, such as architecture=x86_64\n'],
    [["verify"], /nothing is built there; npx lab images build builds it\n$/],
    [["upload"], /no Proxmox image is built there; npx lab images build builds it\n$/],
  ])("refuses %j in one line", async (args, line) => {
    const { code, stderr } = await tools.start(args).finished;
    expect(code).toBe(1);
    if (typeof line === "string") expect(stderr).toBe(line);
    else expect(stderr).toMatch(line);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  it("finds a tampered build by verify, and refuses to upload it", async () => {
    await tools.build();
    expect((await tools.start(["verify"]).finished).code).toBe(0);
    writeFileSync(join(tools.artifacts, "base-hardened", "disk.qcow2"), "Disk\n");
    const { code, stdout } = await tools.start(["verify", "--json"]).finished;
    expect([code, JSON.parse(stdout)]).toMatchObject([1, { images: [{ name: "base", ok: false }] }]);
  });
});

describe("Packer's plugin for QEMU", () => {
  const inits = (): string => (existsSync(join(tools.folder, "inits")) ? tools.read("inits").trim() : "");
  const current = { FAKE_PACKER_VERSION: "Packer v1.16.0" };

  it("is fetched by a Packer that brings none, once", async () => {
    expect((await tools.build([], current)).code).toBe(0);
    expect((await tools.build(["--force"], current)).code).toBe(0);
    expect(inits()).toMatch(/^init \S+\/packer\/plugins$/);
  });

  it("is taken as it is installed, whatever can be reached", async () => {
    writeFileSync(join(tools.folder, "plugin"), "");
    expect((await tools.build([], { ...current, FAKE_NETWORK: "down" })).code).toBe(0);
    expect(inits()).toBe("");
  });

  it.each(["1.6.6", "Packer v1.9.5"])("is part of Packer %s, which is not asked to fetch it", async (version) => {
    expect((await tools.build([], { FAKE_PACKER_VERSION: version, FAKE_NETWORK: "down" })).code).toBe(0);
    expect(inits()).toBe("");
  });

  it("is asked for in one line where it cannot be fetched, and nothing is left", async () => {
    const { code, stderr } = await tools.build([], { ...current, FAKE_NETWORK: "down" });
    expect([code, stderr]).toEqual([1, expect.stringContaining("run packer init packer/plugins where the network")]);
    expect(tools.left()).toEqual([]);
  });
});

describe("the accelerator", () => {
  const on = (system: string, machine: string): void => {
    const uname = `#!/bin/sh\ncase $1 in -s) echo ${system} ;; -m) echo ${machine} ;; esac\n`;
    writeFileSync(join(tools.folder, "bin", "uname"), uname, { mode: 0o755 });
  };

  it.each([
    ["Darwin", "arm64", "arm64", "hvf"],
    ["Darwin", "x86_64", "x86_64", "hvf"],
    ["Darwin", "x86_64", "arm64", "tcg"],
    ["Linux", "aarch64", "arm64", "kvm"],
    ["Linux", "x86_64", "x86_64", "kvm"],
    ["Linux", "x86_64", "arm64", "tcg"],
  ])("on %s %s for a guest of %s is %s", async (system, machine, architecture, accelerator) => {
    on(system, machine);
    expect((await tools.build(["--var", `architecture=${architecture}`])).code).toBe(0);
    expect(tools.arguments()).toContain(`accelerator=${accelerator}`);
  });

  it.each([
    ["silent", "kvm runs no guest here (its firmware said nothing in 1 s): it is emulated"],
    [
      "missing",
      "kvm runs no guest here (Could not access KVM kernel module: No such file or directory): it is emulated",
    ],
  ])("is none where KVM is %s, which is said", async (what, words) => {
    on("Linux", "aarch64");
    const { code, stdout } = await tools.build([], { FAKE_ACCELERATOR: what, PROBE_SECONDS: "1" });
    expect([code, stdout]).toEqual([0, expect.stringContaining(words)]);
    expect(tools.arguments()).toContain("accelerator=tcg");
    expect(tools.guests()).toBe(0);
  });

  it("is what the caller says, without a look", async () => {
    on("Linux", "aarch64");
    expect((await tools.build(["--var", "accelerator=tcg"], { FAKE_ACCELERATOR: "silent" })).code).toBe(0);
    expect(tools.arguments().filter((argument) => argument.startsWith("accelerator="))).toEqual([
      "accelerator=tcg",
      "accelerator=tcg",
    ]);
  });
});

describe("a build that is cut short", () => {
  it.each(["SIGINT", "SIGTERM"] as const)("by %s stops the guest and leaves no half artifact", async (signal) => {
    const run = tools.unfinished("hang");
    await run.says("waiting for the guest's SSH");
    expect(tools.guests()).toBeGreaterThan(0);
    run.child.kill(signal);
    expect((await run.finished).code).toBe(signal === "SIGINT" ? 130 : 143);
    expect([tools.guests(), tools.left()]).toEqual([0, []]);
  });

  it("by SIGKILL is ended and cleared away by the next one", async () => {
    const run = tools.unfinished("hang");
    await run.says("waiting for the guest's SSH");
    run.child.kill("SIGKILL");
    await run.finished;
    const { code, stderr } = await tools.build();
    expect([code, stderr]).toEqual([0, expect.stringContaining("ending a build that an earlier run has left")]);
    expect([tools.guests(), tools.left()]).toEqual([0, ["base-hardened"]]);
  });

  it("by SIGKILL while it is packed leaves nothing that passes for a build, and the next one starts over", async () => {
    const run = tools.unfinished("large");
    await run.says("computing checksums");
    run.child.kill("SIGKILL");
    await run.finished;
    expect((await tools.start(["verify"]).finished).stderr).toMatch(/nothing is built there/);
    expect((await tools.build()).code).toBe(0);
    expect(tools.left()).toEqual(["base-hardened"]);
  });
});
