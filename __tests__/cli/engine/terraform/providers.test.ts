import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { downloadEnvironment } from "../../../../cli/engine/synth/environment.ts";
import { parseCliConfig, providerPlaces } from "../../../../cli/engine/terraform/cli-config.ts";
import { takeLockFile } from "../../../../cli/engine/terraform/init.ts";
import { type Ask, platform } from "../../../../cli/engine/terraform/provider-packages.ts";
import { chooseProviders, type Chosen } from "../../../../cli/engine/terraform/providers.ts";
import { PROXMOX_PROVIDER, toolPath } from "../../../../cli/engine/terraform/tools.ts";
import { type Choices, parseChoices } from "../../../../cli/ui/options.ts";
import { SmallLab } from "../../small-lab.ts";

describe("--providers", () => {
  it("is one choice for all", () => {
    expect(parseChoices("auto")).toEqual({ oci: "auto", proxmox: "auto", talos: "auto" });
  });

  it("is a choice by provider, and the stand-in for those that are not named", () => {
    expect(parseChoices("proxmox=real,talos=auto")).toEqual({ oci: "stand-in", proxmox: "real", talos: "auto" });
  });

  it.each([
    ["true", /^allowed real, stand-in or auto/],
    ["", /^allowed real, stand-in or auto/],
    ["pve=real", /^pve=real: allowed real, stand-in or auto/],
    ["proxmox=reel", /^proxmox=reel: allowed/],
    ["proxmox=real,auto", /^auto: allowed/],
    ["proxmox=real=auto", /^proxmox=real=auto: allowed/],
    ["proxmox=real,proxmox=auto", /^proxmox is there twice/],
  ])("refuses %p", (text, message) => {
    expect(() => parseChoices(text)).toThrow(message);
  });
});

let folder: string;
let said: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ampere-providers-"));
  said = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const noNetwork: Ask = async () => {
  throw new Error("registry.terraform.io does not answer (in 3 s)");
};

function write(text: string, ...path: readonly string[]): string {
  const file = join(folder, ...path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, 0o755);
  return file;
}

function choose(choices: Partial<Choices>, env: NodeJS.ProcessEnv = {}, ask: Ask = noNetwork): Promise<Chosen> {
  return chooseProviders({
    choices: { oci: "stand-in", proxmox: "stand-in", talos: "stand-in", ...choices },
    product: "Terraform",
    output: join(folder, "cdktf.out"),
    run: join(folder, "run"),
    say: (line) => said.push(line),
    env: { HOME: folder, XDG_CACHE_HOME: join(folder, "cache"), ...env },
    ask,
  });
}

/** Where `init` finds the provider's program. */
function installedProgram({ configFile = "" }: Chosen, source: string, version: string): string {
  const [, mirror = ""] = /path = "(.*)"/.exec(readFileSync(configFile, "utf8")) ?? [];
  const name = `terraform-provider-${source.split("/")[1]}_v${version}`;
  return realpathSync(join(mirror, "registry.terraform.io", source, version, platform(), name));
}

describe("choosing providers for the sandbox", () => {
  it("takes stand-ins without a word, unless told otherwise", async () => {
    expect(await choose({})).toEqual({ real: [], standIns: ["oci", "proxmox", "talos"], configFile: undefined });
    expect(said).toEqual([]);
  });

  it("takes a real provider that lab tools has built", async () => {
    const built = toolPath(PROXMOX_PROVIDER, { XDG_CACHE_HOME: join(folder, "cache") });
    write("#!/bin/sh", built.slice(folder.length));
    const chosen = await choose({ proxmox: "auto" });
    expect(chosen).toMatchObject({ real: ["proxmox"], standIns: ["oci", "talos"] });
    expect(installedProgram(chosen, "bpg/proxmox", "0.112.0")).toBe(realpathSync(built));
    expect(said).toEqual(["providers: oci stand-in; proxmox real, from lab tools; talos stand-in"]);
  });

  it("takes one from dev_overrides", async () => {
    const program = write("", "mine", "terraform-provider-talos");
    const config = write(
      `provider_installation { dev_overrides { "siderolabs/talos" = "${dirname(program)}" }\n direct {} }`,
      "x.tfrc",
    );
    const chosen = await choose({ talos: "real" }, { TF_CLI_CONFIG_FILE: config });
    expect(installedProgram(chosen, "siderolabs/talos", "0.11.0")).toBe(realpathSync(program));
  });

  it.each(["a filesystem mirror", "the plugin cache", "what init has installed for a stack"])(
    "takes one from %s",
    async (place) => {
      const root = place.startsWith("what") ? "cdktf.out/stacks/talos/.terraform/providers" : "mirror";
      const path = `registry.opentofu.org/siderolabs/talos/0.11.0/${platform()}/terraform-provider-talos_v0.11.0`;
      const program = write("", root, path);
      const mirror = join(folder, "mirror");
      const config = write(
        `provider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n  }\n}\n`,
        "x.tfrc",
      );
      const env = {
        "a filesystem mirror": { TF_CLI_CONFIG_FILE: config },
        "the plugin cache": { TF_PLUGIN_CACHE_DIR: mirror },
      };
      const chosen = await choose({ talos: "real" }, Object.entries(env).find(([key]) => key === place)?.[1]);
      expect(installedProgram(chosen, "siderolabs/talos", "0.11.0")).toBe(realpathSync(program));
    },
  );

  it("takes no other version than the one that the bindings are of", async () => {
    write("", "mirror", `registry.terraform.io/siderolabs/talos/0.10.0/${platform()}/terraform-provider-talos_v0.10.0`);
    expect(await choose({ talos: "auto" }, { TF_PLUGIN_CACHE_DIR: join(folder, "mirror") })).toMatchObject({
      real: [],
    });
  });

  it("takes one from a registry that has it for this machine", async () => {
    const asked: string[] = [];
    const chosen = await choose({ talos: "auto" }, {}, async (address) => {
      asked.push(address);
      return { download_url: "https://example.org/x.zip" };
    });
    expect(asked).toEqual([
      `https://registry.terraform.io/v1/providers/siderolabs/talos/0.11.0/download/${platform().replace("_", "/")}`,
    ]);
    expect(readFileSync(chosen.configFile ?? "", "utf8")).toBe("provider_installation {\n  direct {}\n}\n");
    expect(said).toEqual(["providers: oci stand-in; proxmox stand-in; talos real, from registry.terraform.io"]);
  });

  it("takes one from a network mirror", async () => {
    const config = write('provider_installation { network_mirror { url = "https://mirror.example/p/" } }', "x.tfrc");
    const chosen = await choose({ talos: "auto" }, { TF_CLI_CONFIG_FILE: config }, async (address) => {
      expect(address).toBe("https://mirror.example/p/registry.terraform.io/siderolabs/talos/index.json");
      return { versions: { "0.11.0": {} } };
    });
    expect(readFileSync(chosen.configFile ?? "", "utf8")).toContain('url = "https://mirror.example/p/"');
  });

  it("with auto takes the stand-in of one that cannot be had, and says why", async () => {
    expect(await choose({ talos: "auto" })).toEqual({
      real: [],
      standIns: ["oci", "proxmox", "talos"],
      configFile: undefined,
    });
    expect(said).toEqual([
      "providers: oci stand-in; proxmox stand-in; talos stand-in, as registry.terraform.io does not answer (in 3 s)",
    ]);
  });

  it("with real says in one line what to do about one that cannot be had", async () => {
    await expect(choose({ proxmox: "real" })).rejects.toThrow(
      "--providers: the real bpg/proxmox 0.112.0 is not on this machine, and registry.terraform.io does not answer (in 3 s): " +
        "build it with `npx lab tools build proxmox`, name a mirror that has it in TF_CLI_CONFIG_FILE, or take proxmox=stand-in",
    );
  });
});

describe("reading a configuration of terraform or tofu", () => {
  it("knows comments, labels, lists and JSON", () => {
    const hcl = `# one\ncredentials "app.terraform.io" {\n  token = "x" // two\n}\nprovider_installation {
      filesystem_mirror { path = "/a"\n include = ["x/*", "y/*"] }
      filesystem_mirror { path = "/b" } /* three */
    }`;
    const json = `{"provider_installation": {"filesystem_mirror": [{"path": "/a"}, {"path": "/b"}]}}`;
    for (const text of [hcl, json]) {
      const [installation] = parseCliConfig(text)["provider_installation"] ?? [];
      expect(installation).toMatchObject({ filesystem_mirror: [{ path: ["/a"] }, { path: ["/b"] }] });
    }
  });

  it("names the file that cannot be read as one", () => {
    const config = write("provider_installation {", "x.tfrc");
    expect(() => providerPlaces("Terraform", { TF_CLI_CONFIG_FILE: config })).toThrow(
      `${config}: cannot be read as a configuration of Terraform`,
    );
  });

  it("is the tool's own in the home folder where none is named", () => {
    write('plugin_cache_dir = "$HOME/plugins"', ".tofurc");
    expect(providerPlaces("OpenTofu", { HOME: folder }).cache).toBe(`${folder}/plugins`);
    expect(providerPlaces("Terraform", { HOME: folder }).cache).toBeUndefined();
  });
});

describe("the lock file of a stack", () => {
  const lock = () => join(folder, ".terraform.lock.hcl");

  it("is another with real providers in the sandbox, and comes back for the real run", () => {
    writeFileSync(lock(), "of the registry");
    takeLockFile(folder, "/run/providers-1.tfrc");
    expect(existsSync(lock())).toBe(false);
    writeFileSync(lock(), "of what was built here");
    takeLockFile(folder, undefined);
    expect(readFileSync(lock(), "utf8")).toBe("of the registry");
    takeLockFile(folder, "/run/providers-1.tfrc");
    expect(readFileSync(lock(), "utf8")).toBe("of what was built here");
  });
});

describe("real providers in the sandbox", () => {
  it("have the sandbox's proxy, but for init, which has the user's own", () => {
    const env = { PATH: "/bin", https_proxy: "http://127.0.0.1:9", SSL_CERT_FILE: "/sandbox.pem" };
    expect(downloadEnvironment(env, { HTTPS_PROXY: "http://proxy", OCI_CLI_PROFILE: "work" })).toEqual({
      PATH: "/bin",
      HTTPS_PROXY: "http://proxy",
    });
  });

  it("are refused for a real run", () => {
    const lab = new SmallLab({ net: { terraform: {} } });
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(__dirname, "../../../../cli/bin/cdktf.js"), "diff", "--providers", "real"],
      { cwd: lab.home, env: { PATH: process.env["PATH"], HOME: lab.home }, encoding: "utf8" },
    );
    lab.dispose();
    expect(stderr).toBe("--providers: only with --sandbox (or LAB_SANDBOX=1), as a real run has the real providers\n");
    expect(status).toBe(1);
  });
});
