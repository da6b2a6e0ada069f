import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { spawn, spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildTool } from "../../../../cli/engine/terraform/tools-build.ts";
import { cachedTool, OPENTOFU, PROXMOX_PROVIDER, toolPath, TOOLS } from "../../../../cli/engine/terraform/tools.ts";

/** Plays go: writes what `-o` names, once there is no `wait` file; fails if there is a `fail` file. */
const FAKE_GO = `#!/bin/sh
here=$(dirname "$0"); echo "$*" >>"$here/go-calls"
echo github.com/opentofu/opentofu/internal/addrs >&2
while [ "$1" != "-o" ]; do shift; done
echo half >"$2"
[ -e "$here/fail" ] && { echo "internal/x.go:1: no" >&2; exit 1; }
while [ -e "$here/wait" ]; do sleep 0.02; done
printf '#!/bin/sh\\necho OpenTofu v1.12.6\\n' >"$2"; chmod +x "$2"
`;

let folder: string;
let env: NodeJS.ProcessEnv;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ampere-tofu-"));
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "bin", "go"), FAKE_GO);
  chmodSync(join(folder, "bin", "go"), 0o755);
  env = { PATH: `${join(folder, "bin")}:/usr/bin:/bin`, XDG_CACHE_HOME: folder, HOME: folder };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const quiet = { say: () => undefined, status: () => undefined };

/** What lies there, but for the file that the kernel's lock is on, which stays. */
const leftIn = (place: string): readonly string[] => readdirSync(place).filter((name) => !name.endsWith(".lock.held"));

describe("building a tool", () => {
  it("puts it into the cache under the hash of go.sum, once", async () => {
    expect(cachedTool(OPENTOFU, env)).toBeUndefined();
    const path = await buildTool(OPENTOFU, { ...quiet, env });
    expect(path).toBe(toolPath(OPENTOFU, env));
    expect(path).toMatch(/ampere-lab\/tools\/[0-9a-f]{64}\/tofu$/);
    expect(cachedTool(OPENTOFU, env)).toBe(path);
    rmSync(join(folder, "bin", "go"));
    expect(await buildTool(OPENTOFU, { ...quiet, env })).toBe(path);
    expect(leftIn(dirname(path))).toEqual(["tofu"]);
  });

  it("tells in the compiler's words why it failed, and leaves nothing half made", async () => {
    writeFileSync(join(folder, "bin", "fail"), "");
    await expect(buildTool(OPENTOFU, { ...quiet, env })).rejects.toThrow(
      "go could not build OpenTofu:\ninternal/x.go:1: no",
    );
    expect(leftIn(dirname(toolPath(OPENTOFU, env)))).toEqual([]);
  });

  it("says where Go comes from when there is none", async () => {
    await expect(buildTool(OPENTOFU, { ...quiet, env: { ...env, PATH: "/nowhere" } })).rejects.toThrow(
      "needs Go, which is not on PATH",
    );
  });

  const lab = (...args: readonly string[]) => [join(__dirname, "../../../../cli/bin/lab.js"), ...args];

  it("is cleaned up after Ctrl-C", async () => {
    writeFileSync(join(folder, "bin", "wait"), "");
    const child = spawn(process.execPath, lab("tools", "build"), { env, stdio: ["ignore", "ignore", "pipe"] });
    await new Promise<void>((resolve) => {
      child.stderr.on("data", () => existsSync(join(folder, "bin", "go-calls")) && resolve());
      const timer = setInterval(() => {
        if (!existsSync(join(folder, "bin", "go-calls"))) return;
        clearInterval(timer);
        resolve();
      }, 5);
    });
    child.kill("SIGINT");
    const code = await new Promise((resolve) => child.once("close", resolve));
    expect(code).toBe(130);
    expect(leftIn(dirname(toolPath(OPENTOFU, env)))).toEqual([]);
  });

  it("is as well how bpg/proxmox comes, by a go.sum of its own", async () => {
    const path = await buildTool(PROXMOX_PROVIDER, { ...quiet, env });
    expect(path).toMatch(/ampere-lab\/tools\/[0-9a-f]{64}\/terraform-provider-proxmox_v0\.112\.0$/);
    expect(dirname(path)).not.toBe(dirname(toolPath(OPENTOFU, env)));
    expect(readFileSync(join(folder, "bin", "go-calls"), "utf8")).toMatch(
      / github\.com\/bpg\/terraform-provider-proxmox$/m,
    );
    expect(spawnSync(process.execPath, lab("tools", "path", "proxmox"), { env, encoding: "utf8" }).stdout).toBe(
      `${path}\n`,
    );
  });

  it("knows no other tool", () => {
    expect(spawnSync(process.execPath, lab("tools", "build", "packer"), { env, encoding: "utf8" })).toMatchObject({
      status: 1,
      stderr: 'lab tools: got "packer", allowed opentofu, proxmox, sops\n',
    });
  });

  it.each(TOOLS)("takes $name of the version that its go.mod pins", (tool) => {
    const [, version] = /_v([\d.]+)$/.exec(tool.file) ?? [];
    const pinned = readFileSync(join(tool.module, "go.mod"), "utf8");
    expect(pinned).toContain(`tool ${tool.package}\n`);
    if (version !== undefined) expect(pinned).toContain(`${tool.package} v${version} `);
  });

  it("is what `lab tools path` and cdktf find", async () => {
    expect(spawnSync(process.execPath, lab("tools", "path"), { env, encoding: "utf8" })).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("npx lab tools build"),
    });
    const path = await buildTool(OPENTOFU, { ...quiet, env });
    expect(spawnSync(process.execPath, lab("tools", "path"), { env, encoding: "utf8" }).stdout).toBe(`${path}\n`);
  });
});
