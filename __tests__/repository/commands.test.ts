import { globSync } from "node:fs";
import { helpOf, COMMANDS } from "../cli/command-tree.ts";
import { mentionedIn, mistakeIn, wordsOf, type Written, writtenIn } from "./command-lines.ts";
import { blocksOf, DOCUMENTS, ROOT, spansOf, stepsOf, text } from "./markdown.ts";
import { scriptsOf, WORKFLOWS } from "./workflows.ts";

/** Options that documents name by themselves, of other programs. */
const OPTIONS_OF_OTHERS: Readonly<Record<string, string>> = {
  "--all-systems": "nix",
  "--help": "ours, by commander",
  "--no-build": "nix",
  "--nodes": "talosctl",
  "--server": "kubectl",
  "--update": "ours, of npm run test:acceptance",
};

const wrong = (written: readonly Written[]): readonly Written[] => written.filter(({ mistake }) => mistake !== null);

describe("a command line", () => {
  it.each([
    ["cdktf diff oci --sandbox && echo 'x y'", ["cdktf", "diff", "oci", "--sandbox"]],
    ["fault add --target 'oci_core_vcn *' > x", ["fault", "add", "--target", "oci_core_vcn *"]],
    ['start --env)"', ["start", "--env"]],
    ["status     # which images", ["status"]],
    ["deploy <stack> --recover", ["deploy", "<stack>", "--recover"]],
  ])("%s has the words %j", (line, words) => {
    expect(wordsOf(line)).toEqual(words);
  });

  it.each([
    ["cdktf", "diff oci --sandbox", null],
    ["cdktf", "diff oci --sandbx", "cdktf diff: no option --sandbx"],
    ["cdktf", "dif", "cdktf: no command dif"],
    ["cdktf", "deploy --parallelism two", "cdktf deploy --parallelism: allowed a whole number from -1."],
    ["lab", "sandbox fault add --nth N slow", null],
    ["lab", "sandbox fault ad", "lab sandbox fault: no command ad"],
    ["lab", "sandbox stop now", "lab sandbox stop: one argument too many, now"],
    ["lab", "sandbox start [--env]", null],
    ["lab", "tools build packer", "lab tools build: tool is none of opentofu, proxmox, sops: packer"],
  ] as const)("%s %s: %s", (program, words, mistake) => {
    expect(mistakeIn(program, wordsOf(words))).toBe(mistake);
  });

  it("is found in a sentence, as far as its end is known", () => {
    expect(
      mentionedIn("run npx lab images pin where it can be; npx cdktf deploi oci; npx lab graph --fromat svg"),
    ).toEqual([
      expect.objectContaining({ mistake: null }),
      expect.objectContaining({ mistake: "cdktf: no command deploi" }),
      expect.objectContaining({ mistake: "lab graph: no option --fromat" }),
    ]);
  });
});

describe.each(DOCUMENTS)("%s", (path) => {
  const markdown = text(path);

  it("says of each block what it is", () => {
    const unsaid = blocksOf(markdown).filter(({ language }) => language === "");
    expect(unsaid.map(({ line }) => `line ${line}: sh, console, text or another`)).toEqual([]);
  });

  it("has no command of ours in a block that is not as it says", () => {
    const steps = blocksOf(markdown)
      .filter(({ language }) => ["sh", "console"].includes(language))
      .flatMap(stepsOf);
    expect(wrong(steps.flatMap(({ command }) => writtenIn(command.replaceAll(/ +# .*$|\\\n/gm, " "))))).toEqual([]);
  });

  it("has no command of ours in another block, such as a workflow, that is not as it says", () => {
    const others = blocksOf(markdown).filter(({ language }) => !["sh", "console", "text"].includes(language));
    expect(wrong(others.flatMap(({ body }) => mentionedIn(body)))).toEqual([]);
  });

  it("has no command of ours in a sentence that is not as it says", () => {
    const spans = spansOf(markdown).filter((code) => /^(\$ )?((\w+=\S+ |npx |eval )|(cdktf|lab) )/.test(code));
    expect(wrong(spans.flatMap(writtenIn))).toEqual([]);
  });
});

describe("options by themselves", () => {
  const ours = new Set(COMMANDS.flatMap(({ command }) => command.options.map(({ long }) => long)));

  it.each(DOCUMENTS)("are options of ours, or known to be of others: %s", (path) => {
    const options = spansOf(text(path)).flatMap((code) => /^(--[a-z][a-z-]*)/.exec(code)?.[1] ?? []);
    expect(options.filter((option) => !ours.has(option) && !(option in OPTIONS_OF_OTHERS))).toEqual([]);
  });
});

describe("commands of ours", () => {
  it("are right in every example of a help", () => {
    const examples = COMMANDS.flatMap(({ command }) => helpOf(command).match(/^ {2}\$ .*$/gm) ?? []);
    expect(examples.length).toBeGreaterThan(30);
    expect(wrong(examples.flatMap(writtenIn))).toEqual([]);
  });

  it.each(WORKFLOWS)("are right in %s", (path) => {
    expect(
      wrong(
        scriptsOf(path)
          .flatMap((script) => script.split("\n"))
          .flatMap(mentionedIn),
      ),
    ).toEqual([]);
  });

  it.each(["Taskfile.yml", "nix/programs.json", ".ci/run", "package.json"])("are right in %s", (path) => {
    expect(wrong(mentionedIn(text(path).replaceAll(/ (\{\{|")/g, "\n")))).toEqual([]);
  });

  const sources = globSync(
    "{cli,config,constructs,images,packer,sandbox,stacks,topology,bench,nix}/**/*.{ts,js,sh,nix,hcl}",
    {
      cwd: ROOT,
      exclude: (name) => name.includes("node_modules"),
    },
  );

  it("are right in what programs say and in comments", () => {
    const found = sources.flatMap((path) => mentionedIn(text(path)).map((each) => ({ path, ...each })));
    expect(found.length).toBeGreaterThan(30);
    expect(wrong(found)).toEqual([]);
  });
});
