import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toolEnvironment } from "../../../../cli/engine/synth/environment.ts";
import { openProject, type Project } from "../../../../cli/engine/synth/project.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "ampere-env-"));
});
afterEach(() => rmSync(home, { recursive: true }));

function project(sandbox: boolean): Project {
  return openProject({ app: "node main.ts", sandbox }, { LAB_HOME: home }, home);
}

/** One variable of each kind that could lead to something real. */
const REAL = {
  OCI_CLI_PROFILE: "work",
  OCI_TENANCY: "ocid1",
  TF_VAR_tenancy_ocid: "ocid1",
  TF_CLI_ARGS: "-refresh=false",
  TF_CLI_ARGS_apply: "-target=x",
  TF_REATTACH_PROVIDERS: "{}",
  TF_WORKSPACE: "other",
  TF_DATA_DIR: "/data",
  TF_TOKEN_app_terraform_io: "t",
  PROXMOX_VE_ENDPOINT: "https://pve",
  PROXMOX_VE_PASSWORD: "p",
  TALOSCONFIG: "/t",
  KUBECONFIG: "/k",
  AWS_ACCESS_KEY_ID: "a",
  CLIENT_HOST_OVERRIDES: "x",
  HTTPS_PROXY: "http://proxy",
  SSH_AUTH_SOCK: "/agent",
  GOOGLE_CREDENTIALS: "g",
  NODE_OPTIONS: "--require=/x.js",
};

describe("the environment in the sandbox", () => {
  it("has nothing that leads to a real account", () => {
    const env = toolEnvironment(project(true), { TF_VAR_tenancy_ocid: "sandbox" }, () => undefined, {
      PATH: "/bin",
      ...REAL,
    });
    const left = Object.keys(REAL).filter((key) => key in env);
    expect(left).toEqual(["TF_VAR_tenancy_ocid"]);
    expect(env["TF_VAR_tenancy_ocid"]).toBe("sandbox");
  });

  it("keeps the key that opens the lab's secrets to itself", () => {
    const env = toolEnvironment(project(false), {}, () => undefined, {
      PATH: "/bin",
      SOPS_AGE_KEY: "AGE-SECRET-KEY-1",
    });
    expect(env).not.toHaveProperty("SOPS_AGE_KEY");
  });

  it("keeps what is harmless", () => {
    const harmless = {
      HOME: "/root",
      LANG: "C",
      LC_ALL: "C",
      TERM: "xterm",
      TMPDIR: "/tmp",
      NO_COLOR: "1",
      CI: "true",
      TF_LOG: "debug",
    };
    const env = toolEnvironment(project(true), {}, () => undefined, { PATH: "/bin", ...harmless });
    expect(env).toMatchObject({ ...harmless, LAB_SANDBOX: "1", LAB_HOME: home, CHECKPOINT_DISABLE: "1" });
  });

  it("reads no CLI configuration of the user: it may hold tokens", () => {
    const env = toolEnvironment(project(true), {}, () => undefined, {
      PATH: "/bin",
      TF_CLI_CONFIG_FILE: "/home/me/.terraformrc",
    });
    expect(env["TF_CLI_CONFIG_FILE"]).toBe(join(home, ".sandbox", "run", "empty.tfrc"));
  });
});

describe("the environment of a real run", () => {
  it("is the user's own, without telemetry and without questions", () => {
    const env = toolEnvironment(project(false), {}, () => undefined, {
      PATH: "/bin",
      OCI_CLI_PROFILE: "work",
      TF_CLI_ARGS: "-x",
    });
    expect(env).toMatchObject({ OCI_CLI_PROFILE: "work", TF_CLI_ARGS: "-x", CHECKPOINT_DISABLE: "1", TF_INPUT: "0" });
    expect(env).not.toHaveProperty("LAB_SANDBOX");
  });

  it("replaces a CLI configuration that is not there, and says so", () => {
    const said: string[] = [];
    const missing = join(home, "absent.tfrc");
    const env = toolEnvironment(project(false), {}, (line) => said.push(line), {
      PATH: "/bin",
      TF_CLI_CONFIG_FILE: missing,
    });
    expect(env["TF_CLI_CONFIG_FILE"]).toBe(join(home, ".lab", "run", "empty.tfrc"));
    expect(said).toEqual([`TF_CLI_CONFIG_FILE names ${missing}, which is not there: going on with an empty one`]);
  });

  it("refuses a workspace in one line", () => {
    expect(() => toolEnvironment(project(false), {}, () => undefined, { PATH: "/bin", TF_WORKSPACE: "test" })).toThrow(
      'TF_WORKSPACE: got "test", allowed none',
    );
  });

  it("finds our own Node first", () => {
    const { PATH } = toolEnvironment(project(false), {}, () => undefined, { PATH: "/nowhere" });
    expect(PATH).toBe(`${join(process.execPath, "..")}:/nowhere`);
  });
});

describe("the project", () => {
  it("says what is missing where there is none", () => {
    expect(() => openProject({}, {}, home)).toThrow(`no cdktf.json in ${home} or above it`);
  });

  it.each([
    ["1", true],
    ["true", true],
    ["0", false],
    ["", false],
  ])("takes LAB_SANDBOX=%s as %s", (value, sandbox) => {
    expect(openProject({ app: "x" }, { LAB_SANDBOX: value }, home).sandbox).toBe(sandbox);
  });

  it("resolves paths from where the user is", () => {
    const { config, output, data } = openProject(
      { app: "x", config: "my.config.ts", output: "out" },
      { LAB_HOME: home },
      home,
    );
    expect([config, output, data]).toEqual([join(home, "my.config.ts"), join(home, "out"), join(home, ".lab")]);
  });
});
