import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

const ROOT = join(__dirname, "../..");
const text = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const json = (path: string): unknown => JSON.parse(text(path));

const PROGRAMS = z
  .record(z.string(), z.strictObject({ about: z.string(), runs: z.array(z.string()).nonempty() }))
  .parse(json("nix/programs.json"));

const TASKS = z
  .object({
    tasks: z.record(
      z.string(),
      z.object({
        desc: z.string().optional(),
        internal: z.boolean().optional(),
        deps: z.array(z.string()).optional(),
        cmds: z.array(z.string()),
      }),
    ),
  })
  .parse(parse(text("Taskfile.yml"))).tasks;

const PACKAGE = z
  .object({ scripts: z.record(z.string(), z.string()), optionalDependencies: z.record(z.string(), z.string()) })
  .parse(json("package.json"));

describe("the Taskfile", () => {
  it("has the programs of the flake, which say the same and run the same", () => {
    const offered = Object.entries(TASKS).filter(([, task]) => task.internal !== true);
    const asPrograms = offered.map(([name, { desc, cmds }]) => [
      name,
      { about: desc, runs: cmds.map((each) => each.replace(/ \{\{\.CLI_ARGS\}\}$/, "")) },
    ]);
    expect(Object.fromEntries(asPrograms)).toEqual(PROGRAMS);
  });

  it.each(Object.keys(PROGRAMS))("installs what npm gives first, and hands on what was given to it (%s)", (name) => {
    expect(TASKS[name]?.deps).toEqual(["install"]);
    expect(TASKS[name]?.cmds.map((each) => each.includes("{{.CLI_ARGS}}"))).toEqual(
      PROGRAMS[name]?.runs.map((_, index, { length }) => index === length - 1),
    );
  });
});

/** Names of stacks and images, which a command takes as they are. */
const OPERANDS = ["oci", "proxmox", "talos", "base"];

describe("a command that they run", () => {
  const commands = [...new Set(Object.values(PROGRAMS).flatMap(({ runs }) => runs))].map((each) => each.split(" "));

  it.each(commands.filter(([program]) => program === "npm").map((each) => each.join(" ")))(
    "is a script of package.json: %s",
    (command) => {
      const script = command.split(" ").at(-1) ?? "";
      expect(Object.keys(PACKAGE.scripts)).toContain(script);
    },
  );

  it.each(commands.filter(([program]) => program !== "npm").map((each) => each.join(" ")))(
    "is one of our programs', which takes what is given to it: %s",
    (command) => {
      const [npx, flag, bin = "", ...args] = command.split(" ");
      const named = args.filter((each) => !OPERANDS.includes(each));
      const { stdout, stderr } = spawnSync(process.execPath, [join(ROOT, `cli/bin/${bin}.js`), ...named, "--help"], {
        encoding: "utf8",
      });
      expect({ npx, flag, stderr }).toEqual({ npx: "npx", flag: "--no-install", stderr: "" });
      const operands = named.length < args.length ? " [" : "";
      expect(stdout).toContain(`Usage: ${[bin, ...named].join(" ")} [options]${operands}`);
    },
  );
});

describe("the flake", () => {
  const flake = text("flake.nix");

  it("has the Dagger of the SDK, which is the engine's of dagger.json too", () => {
    const { dependencies } = z
      .object({ dependencies: z.record(z.string(), z.string()) })
      .parse(json("images/package.json"));
    const { engineVersion } = z.object({ engineVersion: z.string() }).parse(json("dagger.json"));
    expect(/dagger\.url = "github:dagger\/nix\/([^"]+)"/.exec(flake)?.[1]).toBe(engineVersion);
    expect(`v${dependencies["@dagger.io/dagger"]}`).toBe(engineVersion);
  });

  it("has the Node that package.json brings along, by its major version", () => {
    const majors = Object.entries(PACKAGE.optionalDependencies)
      .filter(([name]) => name.startsWith("node-"))
      .map(([, version]) => version.split(".")[0]);
    const named = [...text("nix/tools.nix").matchAll(/pkgs\.nodejs_(\d+)/g)].map(([, major]) => major);
    expect(named).toEqual([...new Set(majors)]);
  });
});
