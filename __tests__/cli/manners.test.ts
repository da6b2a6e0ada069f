import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { COMMANDS, helpOf, LEAVES, PROGRAMS } from "./command-tree.ts";
import { NOT_RUN, RUNS } from "../tiers/shell/json-runs.ts";
import { SmallLab } from "./small-lab.ts";

/** Commands without `--json`, and why no script wants it. */
const WITHOUT_JSON: Readonly<Record<string, string>> = {
  "cdktf completion": "prints a script for a shell",
  "lab completion": "prints a script for a shell",
  "lab secrets edit": "opens an editor",
  "lab ssh": "is a shell on a host",
  "lab secrets proxmox": "takes a secret, and has nothing to tell",
};

let small: SmallLab;
beforeAll(() => {
  small = new SmallLab({ net: { terraform: {} } });
});
afterAll(() => small.dispose());

function run([program = "", ...words]: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return spawnSync(process.execPath, [join(__dirname, `../../cli/bin/${program}.js`), ...words], {
    cwd: small.home,
    env: { PATH: process.env["PATH"], HOME: small.home, ...env },
    encoding: "utf8",
  });
}

/** What a command cannot do without: commander misses that first. */
function needed(command: Command): readonly string[] {
  return command.options.filter(({ mandatory }) => mandatory).flatMap(({ long }) => [long ?? "", "x"]);
}

describe.each(COMMANDS)("$path", ({ command, words }) => {
  const help = helpOf(command);

  it("has a description of each of its options and arguments in its help", () => {
    expect(command.description()).not.toBe("");
    const options = command.options.filter(({ hidden }) => !hidden);
    const parts = [...options, ...command.registeredArguments].map((part) => [
      "flags" in part ? part.flags : part.name(),
      part.description,
    ]);
    for (const [name = "", description = ""] of parts) {
      expect([name, description]).toEqual([name, expect.stringMatching(/\S{2}/)]);
      expect(help).toContain(name);
    }
  });

  it("prints its help, which is no error", () => {
    expect(() => command.parse(["--help"], { from: "user" })).toThrow(expect.objectContaining({ exitCode: 0 }));
    expect(help).toMatch(new RegExp(`^Usage: ${words.join(" ")} `));
  });

  it("has no option twice", () => {
    const longs = command.options.map(({ long }) => long);
    expect(longs).toEqual([...new Set(longs)]);
  });

  it("answers an unknown option in one line, suggests what is close to it, and has a document for --json", () => {
    const json = command.options.some(({ long }) => long === "--json");
    const { status, stdout, stderr } = run([...words, ...needed(command), ...(json ? ["--json"] : []), "--hepl"]);
    const error = "unknown option '--hepl' (Did you mean --help?)";
    expect([status, stderr]).toEqual([1, `${words[0]}: ${error}\n`]);
    const document = words[0] === "cdktf" ? { stacks: [], error } : { error };
    expect(stdout === "" ? "" : JSON.parse(stdout)).toEqual(json ? document : "");
  });
});

describe.each(LEAVES)("$path", ({ path, command, words }) => {
  const help = helpOf(command);

  it("shows how it is typed, where it takes an argument or more than its output's form", () => {
    const plain = ["--json", "--no-color", "--config", "--sandbox"];
    const own = command.options.filter(({ long }) => !plain.includes(long ?? ""));
    if (command.registeredArguments.length === 0 && own.length < 2) return;
    expect(help).toMatch(new RegExp(`^ {2}\\$ .*\\b${path}`, "m"));
  });

  it("takes --json, unless nobody wants it, and a colour can be done without", () => {
    const longs = command.options.map(({ long }) => long);
    if (path in WITHOUT_JSON) expect(longs).not.toContain("--json");
    else expect(longs).toEqual(expect.arrayContaining(["--json", "--no-color"]));
  });

  it("refuses more arguments than it has", () => {
    if (command.registeredArguments.at(-1)?.variadic) return;
    const some = command.registeredArguments.map((argument) => argument.argChoices?.[0] ?? "x");
    const { status, stderr } = run([...words, ...needed(command), ...some, "more"]);
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^\w+: too many arguments for '.*'\. .*\n$/)]);
  });
});

describe("both programs", () => {
  it("have no command that is not run with --json in __tests__/tiers/json.test.ts, without a reason", () => {
    const known = [...RUNS.map(([path]) => path), ...Object.keys(NOT_RUN)];
    expect(known.toSorted()).toEqual(LEAVES.map(({ path }) => path).toSorted());
    const named = Object.values(NOT_RUN).flatMap((why) => why.match(/__tests__\S+/g) ?? []);
    expect(named.filter((path) => !existsSync(join(__dirname, "../..", path)))).toEqual([]);
  });

  it.each(Object.keys(PROGRAMS))("%s prints its version and its help, and nothing on stderr", (name) => {
    expect(run([name, "--version"])).toMatchObject({ status: 0, stdout: "0.1.0\n", stderr: "" });
    expect(run([name, "--help"])).toMatchObject({ status: 0, stderr: "" });
  });

  it.each(COMMANDS.filter(({ command }) => command.commands.length > 0))(
    "$path suggests a command",
    ({ command, words }) => {
      const [first] = command.createHelp().visibleCommands(command);
      const name = first?.name() ?? "";
      const { status, stdout, stderr } = run([...words, `${name}x`]);
      expect([status, stdout, stderr]).toEqual([
        1,
        "",
        `${words[0]}: unknown command '${name}x' (Did you mean ${name}?)\n`,
      ]);
    },
  );
});

describe("colours", () => {
  const doctor = ["lab", "doctor"];
  // oxlint-disable-next-line no-control-regex
  const code = /\u001B\[/;

  it.each([
    ["where nobody looks", [], {}],
    ["with --no-color", ["--no-color"], { FORCE_COLOR: "1" }],
    ["with NO_COLOR", [], { NO_COLOR: "1", FORCE_COLOR: "1" }],
  ])("are none %s", (_when, more, env) => {
    const { stdout, stderr } = run([...doctor, ...more], env);
    expect(stdout).toContain("node");
    expect(stdout + stderr).not.toMatch(code);
  });

  it("are some with FORCE_COLOR", () => {
    expect(run(doctor, { FORCE_COLOR: "1" }).stdout).toMatch(code);
  });
});
