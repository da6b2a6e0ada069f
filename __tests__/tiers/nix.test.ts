import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";

const ROOT = join(__dirname, "../..");
const STUB = join(ROOT, "__tests__/nix/stub");
const hasNix = spawnSync("nix", ["--version"]).status === 0;
const skipped = hasNix ? "" : " (skipped: no nix on PATH; Debian: apt install nix-bin)";
// Jest does not list the tests of a file that is skipped as a whole.
if (!hasNix) process.stderr.write(`the flake is not evaluated${skipped}\n`);
const described = hasNix ? describe : describe.skip;
const SYSTEMS = ["x86_64-linux", "aarch64-linux", "x86_64-darwin", "aarch64-darwin"];

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ampere-lab-nix-"));
  // What the flake reads, and no more: Nix copies the whole folder of a flake.
  mkdirSync(join(folder, "flake/images"), { recursive: true });
  for (const path of ["flake.nix", "nix", "images/package.json"]) {
    cpSync(join(ROOT, path), join(folder, "flake", path), { recursive: true });
  }
  cpSync(STUB, folder, { recursive: true });
  cpSync(join(STUB, "nixpkgs"), join(folder, "nixpkgs-intel-mac"), { recursive: true });
  writeFileSync(join(folder, "nixpkgs/has-no-intel-mac"), "");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `nix` with the stubs for its inputs, a store of its own, and no network. */
function nix(...args: string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const inputs = ["nixpkgs", "nixpkgs-intel-mac", "dagger"].flatMap((name) => [
    "--override-input",
    name,
    `path:${join(folder, name)}`,
  ]);
  const own = (name: string): string => join(folder, "own", name);
  return spawnSync(
    "nix",
    ["--extra-experimental-features", "nix-command flakes", ...args, "--offline", "--no-write-lock-file", ...inputs],
    {
      encoding: "utf8",
      env: {
        PATH: process.env["PATH"],
        HOME: own("home"),
        NIX_STORE_DIR: own("store"),
        NIX_STATE_DIR: own("state"),
        NIX_LOG_DIR: own("log"),
        NIX_CONF_DIR: own("conf"),
        NIX_REMOTE: "",
        // Where root has no builders' group, Nix would warn of that.
        NIX_CONFIG: "build-users-group =",
      },
    },
  );
}

/** Checks every system: older Nix does so by itself and does not know the option. */
function check(): { readonly status: number | null; readonly stderr: string } {
  const command = ["flake", "check", `path:${join(folder, "flake")}`, "--no-build"];
  const all = nix(...command, "--all-systems");
  return all.stderr.includes("unrecognised flag '--all-systems'") ? nix(...command) : all;
}

/** Writes another text over what the file of the copy has there. */
function change(file: string, at: number, was: string, is: string): void {
  const path = join(folder, file);
  const before = readFileSync(path, "utf8");
  expect(before.slice(at, at + was.length)).toBe(was);
  writeFileSync(path, before.slice(0, at) + is + before.slice(at + was.length));
}

/** Every name that the flake asks of nixpkgs, and where it does. */
const ASKED = ["flake.nix", "nix/tools.nix", "nix/program.nix"].flatMap((file) =>
  [...readFileSync(join(ROOT, file), "utf8").matchAll(/\b(?:pkgs|plugins|nixpkgs\.lib)\.([\w-]+)/g)].map(
    ({ 0: asked, 1: name = "", index }, number) => ({ file, number, asked, name, index }),
  ),
);
const SYSTEM_NAMES = z.record(z.string(), z.array(z.string()));

described(`the flake, evaluated offline on a stub of nixpkgs${skipped}`, () => {
  it("passes nix flake check on every system", () => {
    const { status, stderr } = check();
    expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
  });

  it.each(ASKED)("fails when $asked, number $number of $file, has another name", ({ file, asked, name, index }) => {
    change(`flake/${file}`, index, asked, `${asked}-renamed`);
    const { status, stderr } = check();
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining(`'${name}-renamed' missing`) });
  });

  it("fails when Dagger is not of the SDK's version, and says what to change", () => {
    writeFileSync(join(folder, "dagger/version.nix"), '"0.21.7"\n');
    const { status, stderr } = check();
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/inputs\.dagger: got Dagger 0\.21\.7, allowed [\d.]+, as the SDK/),
    });
  });

  it("fails when Packer's licence is not allowed for", () => {
    const was = '== "packer"';
    const flake = readFileSync(join(ROOT, "flake.nix"), "utf8");
    change("flake/flake.nix", flake.indexOf(was), was, '== "terraform"');
    expect(check()).toMatchObject({ status: 1, stderr: expect.stringContaining("packer has an unfree licence") });
  });

  it("has the programs of nix/programs.json, on every system", () => {
    const programs: unknown = JSON.parse(readFileSync(join(ROOT, "nix/programs.json"), "utf8"));
    const named = (set: string): Record<string, string[]> => {
      const attribute = `path:${join(folder, "flake")}#${set}`;
      const { stdout } = nix("eval", "--json", attribute, "--apply", "builtins.mapAttrs (_: builtins.attrNames)");
      return SYSTEM_NAMES.parse(JSON.parse(stdout));
    };
    const [apps, packages] = [named("apps"), named("packages")];
    expect(Object.keys(apps).toSorted()).toEqual(SYSTEMS.toSorted());
    for (const system of SYSTEMS) {
      expect(packages[system]).toEqual(["base-image", "proxmox-image"]);
      const all = [...(apps[system] ?? []), ...(packages[system] ?? [])];
      expect(all.toSorted()).toEqual(Object.keys(Object(programs)).toSorted());
    }
  });
});
