import { spawnSync } from "node:child_process";
import { freeBasePort } from "../e2e/lab.ts";
import { blocksOf, DOCUMENTS, ROOT, type Step, stepsOf, text } from "../repository/markdown.ts";
import { BEFORE, ENDS_WITH, MAY_LACK, NOT_RUN, OUTSIDE_SANDBOX, SAME_EVERYWHERE } from "./documents/not-run.ts";
import { Session } from "./shell/session.ts";
import { missing } from "./documents/shown.ts";

/** Nobody sits there to say yes, or to be shown a page. */
function unattended(command: string): string {
  return /^npx cdktf (deploy|destroy)\b(?!.*--auto-approve)/.test(command) ? `${command} --auto-approve` : command;
}

const withoutRemark = (command: string): string => command.replace(/ +# .*$/, "");

/** Programs of others that a command runs and this machine has not. */
function lacking(command: string): readonly string[] {
  const programs = command.match(/(?<=^|[|(] *\n? *)[a-z]+(?= )/g) ?? [];
  return programs.filter((name) => MAY_LACK.has(name) && spawnSync("which", [name]).status !== 0);
}

interface Planned extends Step {
  readonly language: string;
  /** Empty where it is run. */
  readonly left: string;
}

function planned(path: string): readonly Planned[] {
  return blocksOf(text(path))
    .filter(({ language }) => language === "sh" || language === "console")
    .flatMap((block): readonly Planned[] => {
      const steps = stepsOf(block).map(({ command, output }) => {
        const plain = withoutRemark(command);
        const lacks = lacking(plain);
        const why = NOT_RUN.find((each) => each.command.test(plain))?.why ?? "";
        const left = lacks.length > 0 ? `no ${lacks.join(", no ")} on PATH` : why;
        return { command: plain, output, language: block.language, left };
      });
      const before = BEFORE[steps[0]?.command ?? ""];
      const preparation = before === undefined ? [] : [{ command: before, output: [], language: "before", left: "" }];
      return [...preparation, ...steps];
    });
}

const PLANS = DOCUMENTS.map((path) => ({ path, steps: planned(path) })).filter(({ steps }) => steps.length > 0);

describe.each(PLANS.filter(({ steps }) => steps.some(({ left }) => left === "")))("$path", ({ path, steps }) => {
  const run = steps.filter(({ left }) => left === "");
  for (const { command, left } of steps.filter((each) => each.left.startsWith("no ")))
    it.skip(`${command} (skipped: ${left})`, () => undefined);

  it("shows commands that run, and what they print", async () => {
    const session = new Session(await freeBasePort());
    try {
      const env: Readonly<Record<string, string>> = OUTSIDE_SANDBOX.has(path) ? {} : { LAB_SANDBOX: "1" };
      const ran = session.run(
        run.map(({ command }) => unattended(command)),
        env,
      );
      const wrong = run.flatMap(({ command, output, language }, index) => {
        const { code = null, stdout = "", stderr = "" } = ran[index] ?? {};
        const printed = `${stdout}${stderr}`;
        const same = SAME_EVERYWHERE[command];
        const shown = same === undefined ? output : output.flatMap((line) => same.exec(line)?.[0] ?? []);
        const printedToo =
          same === undefined
            ? printed
            : printed
                .split("\n")
                .flatMap((line) => same.exec(line)?.[0] ?? [])
                .join("\n");
        const absent = missing(shown, printedToo);
        // What is shown to fail may fail.
        const fine =
          code === (ENDS_WITH[command] ?? 0) ||
          (code === 2 && command.includes("cdktf diff")) ||
          (code === 1 && output.length > 0);
        return fine && absent.length === 0 ? [] : [{ language, command, code, absent, printed }];
      });
      expect(wrong).toEqual([]);
    } finally {
      session.end();
    }
  }, 300_000);
});

describe("a line that is shown", () => {
  const printed =
    "oci     25 to add\noci     deployed in 12.3 s: 25 added\n  7  slow by 300 ms (/usr/bin/tofu, v1.12.6)\n";

  it.each([
    "oci 25 to add",
    "oci     deployed in 0.5 s: 25 added",
    "1  slow by 3 ms (/opt/tofu, v1.9.0)",
    "oci  dep…added",
    "…",
  ])("may differ in what differs anyway: %s", (line) => {
    expect(missing([line], printed)).toEqual([]);
  });

  it.each(["oci 26 to add", "oci deployed in 0.5 s: 26 added", "oci 25 to ad d", "slow by 300 ms"])(
    "has to be there otherwise: %s",
    (line) => {
      expect(missing([line], printed)).toEqual([line]);
    },
  );
});

describe("the table of what is not run", () => {
  it("has nothing that no document has", () => {
    const commands = PLANS.flatMap(({ steps }) => steps.map(({ command }) => command));
    expect(NOT_RUN.filter((each) => !commands.some((command) => each.command.test(command)))).toEqual([]);
    for (const each of [...Object.keys(BEFORE), ...Object.keys(ENDS_WITH), ...Object.keys(SAME_EVERYWHERE)])
      expect(commands).toContain(each);
  });
});

describe("README.md", () => {
  it.each([
    ["a wrong value", "got 40", { hosts: [{ name: "pve-1", ocpus: 2, memoryGb: 12, bootVolumeGb: 40 }] }],
    ["a lab that is over", "4 OCPU", { hosts: [{ name: "pve-1", ocpus: 4, memoryGb: 24, bootVolumeGb: 150 }] }],
  ])(
    "shows what a synth says of %s",
    async (_what, sign, config) => {
      const shown = blocksOf(text("README.md")).find(
        ({ language, body }) => language === "text" && body.includes(sign),
      );
      const session = new Session(await freeBasePort());
      try {
        session.configure(config);
        const [ran] = session.run(["npx cdktf synth --sandbox"]);
        expect(ran?.code).toBe(1);
        // A config of another form has another name.
        const said = ran?.stderr.replaceAll(/\S*lab\.config\.json/g, "lab.config.ts") ?? "";
        expect(missing(shown?.body.split("\n") ?? ["nothing"], said)).toEqual([]);
      } finally {
        session.end();
      }
    },
    60_000,
  );

  it("shows what npm run demo prints", () => {
    const shown = blocksOf(text("README.md")).find(({ body }) => body.includes("Done in "));
    const { status, stdout, stderr } = spawnSync("npm", ["run", "--silent", "demo"], { cwd: ROOT, encoding: "utf8" });
    expect(status).toBe(0);
    expect(missing(shown?.body.split("\n") ?? ["nothing"], `${stdout}${stderr}`)).toEqual([]);
  }, 120_000);
});
