import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { candidates } from "../../cli/candidates.ts";
import { PROGRAMS } from "./command-tree.ts";
import { SmallLab } from "./small-lab.ts";

/** The values offered at the end of a line; the last word is the one being typed. */
function offered(line: string): readonly string[] | "files" {
  const [name = "", ...words] = line.split(" ");
  const program = name === "cdktf" ? PROGRAMS.cdktf : PROGRAMS.lab;
  const found = candidates(program, words, () => ["oci", "proxmox", "talos"]);
  return found === "files" ? found : found.map(({ value }) => value);
}

describe("what can stand at the end of a line", () => {
  it.each([
    ["cdktf de", ["deploy", "destroy"]],
    ["lab sandbox fault ", ["add", "list", "clear"]],
    ["lab sandbox fault add --interface ", ["oci", "proxmox", "talos", "kubernetes", "ssh", "provider"]],
    ["lab sandbox fault add --interface p", ["proxmox", "provider"]],
    ["lab sandbox fault add --interface=p", ["--interface=proxmox", "--interface=provider"]],
    ["lab sandbox fault add --interface = p", ["proxmox", "provider"]],
    ["lab sandbox fault add sl", ["slow"]],
    ["lab sandbox fault add slow --nth 3 --int", ["--interface"]],
    ["lab sandbox fault add slow ", []],
    ["lab images build base ", ["proxmox"]],
    ["cdktf diff --providers r", ["real"]],
    ["cdktf diff ", ["oci", "proxmox", "talos"]],
    ["cdktf diff oci --json p", ["proxmox"]],
    ["cdktf deploy --auto-approve --auto", []],
    ["cdktf deploy --var a=1 --va", ["--var", "--var-file"]],
    ["lab completion ", ["bash", "zsh", "fish"]],
    ["lab --ver", ["--version"]],
    ["lab kubeconfig --merge --o", ["--out"]],
    ["lab nothing ", []],
  ])("%j: %j", (line, values) => {
    const found = offered(line);
    // Other commands may come to be offered as well.
    if (line === "lab nothing ") expect(found).not.toContain("add");
    else expect(found).toEqual(values);
  });

  it.each(["cdktf diff --config ", "cdktf diff --output x", "lab kubeconfig --merge ", "lab graph --out=f"])(
    "%j: files",
    (line) => {
      expect(offered(line)).toBe("files");
    },
  );
});

describe("in a shell", () => {
  let lab: SmallLab;
  beforeAll(() => {
    lab = new SmallLab({ net: { terraform: {} }, vms: { terraform: {} } });
    mkdirSync(lab.path("cdktf.out"));
    writeFileSync(lab.path("cdktf.out/manifest.json"), JSON.stringify({ stacks: { net: {}, vms: {} } }));
    writeFileSync(lab.path("vm config.ts"), "");
  });
  afterAll(() => lab.dispose());

  const bin = (name: string): string => join(__dirname, `../../cli/bin/${name}.js`);

  function shell(command: string, script: string) {
    const { error, stdout, stderr } = spawnSync(command, ["-c", script], {
      cwd: lab.home,
      env: { PATH: process.env["PATH"], HOME: lab.home, TERM: "dumb" },
      encoding: "utf8",
    });
    if (error !== undefined) throw error;
    return { stdout, stderr };
  }

  const program = (line: string): string => (line.includes("lab ") ? "lab" : "cdktf");
  const print = (name: string, of: string): string => `'${process.execPath}' '${bin(name)}' completion ${of}`;

  /** What bash offers: the words as it splits them, at `=` too. */
  function bash(line: string): readonly string[] {
    const words = line.replaceAll("=", " = ").split(" ");
    const script = `
      eval "$(${print(program(line), "bash")})"
      COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")})
      COMP_CWORD=${words.length - 1}
      spec=($(complete -p ${words[0]}))
      while [ "\${spec[0]}" != -F ]; do spec=("\${spec[@]:1}"); done
      "\${spec[1]}"
      [ "\${#COMPREPLY[@]}" -eq 0 ] || printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = shell("bash", script);
    expect(stderr).toBe("");
    return stdout.split("\n").slice(0, -1);
  }

  it.each([
    ["cdktf de", ["deploy", "destroy"]],
    ["cdktf diff --providers r", ["real"]],
    ["cdktf diff ", ["net", "vms"]],
    ["npx cdktf diff n", ["net"]],
    ["npx --no-install lab sandbox st", ["start", "stop", "status"]],
    ["lab sandbox fault add --interface=k", ["kubernetes"]],
    ["cdktf diff --config vm", ["vm config.ts"]],
    ["npx other st", []],
  ])("bash completes %j with %j", (line, values) => {
    expect(bash(line)).toEqual(values);
  });

  it("bash evaluates nothing of what is typed", () => {
    bash("cdktf diff $(touch evaluated) n");
    expect(lab.has("evaluated")).toBe(false);
  });

  it("prints scripts that bash takes without bash-completion, twice too", () => {
    const twice = ["cdktf", "lab", "cdktf"].map((name) => `eval "$(${print(name, "bash")})"`).join("\n");
    expect(shell("bash", `set -eu\n${twice}`)).toEqual({ stdout: "", stderr: "" });
  });

  const has = (name: string): boolean => spawnSync(name, ["-c", "true"]).status === 0;
  const itIn = (name: string, test: string, body: () => void): void => {
    if (has(name)) it(test, body);
    else it.skip(`${test} (skipped: no ${name} on PATH; Debian: apt install ${name})`, () => undefined);
  };

  itIn("fish", "fish completes commands with what they do, stacks, choices and files", () => {
    const fish = (line: string): readonly string[] =>
      shell("fish", `${print(program(line), "fish")} | source; complete -C '${line}'`)
        .stdout.split("\n")
        .slice(0, -1);
    expect(fish("cdktf de").map((line) => line.split("\t")[0])).toEqual(["deploy", "destroy"]);
    expect(fish("cdktf de")[0]).toMatch(/^deploy\tDeploy stacks/);
    expect(fish("npx cdktf diff v")).toEqual(["vms"]);
    expect(fish("lab sandbox fault add --interface=k")).toEqual(["--interface=kubernetes"]);
    expect(fish("cdktf diff --config vm")).toEqual([expect.stringContaining("vm config.ts")]);
  });

  itIn("zsh", "zsh completes commands, stacks and choices", () => {
    // Its completion runs only where a line is edited: what would be shown is caught instead.
    const zsh = (line: string): readonly string[] => {
      const words = line.split(" ");
      return shell(
        "zsh",
        `compdef() { : }; typeset -A _comps; eval "$(${print(program(line), "zsh")})"
        _describe() { print -l -- $found }
        _files() { print files }
        words=(${words.map((word) => `'${word}'`).join(" ")}); CURRENT=${words.length}
        _${words[0]}`,
      ).stdout.split("\n");
    };
    expect(zsh("cdktf de")[0]).toMatch(/^deploy:Deploy stacks/);
    expect(zsh("cdktf diff ").map((line) => line.split(":")[0])).toEqual(["net", "vms", ""]);
    expect(zsh("lab sandbox fault add --interface=k")[0]).toBe("--interface=kubernetes:");
    expect(zsh("cdktf diff --config ")).toEqual(["files", ""]);
  });
});
