/** Talos' own client against a lab of three control planes and two workers: each command with what its answer must contain. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSandbox } from "../../sandbox/client.ts";
import { run } from "./go-tests.ts";
import type { Outcome } from "./outcome.ts";
import type { Case, CommandSuite, Place } from "./suite.ts";
import { type Command, COMMANDS } from "./talosctl-commands.ts";

const DEADLINE_MS = 40_000;
/** Another one for each run: other labs of this machine keep theirs. */
const BASE_PORT = 11_000 + (process.pid % 12) * 250;
const ROOT = join(import.meta.dirname, "..", "..");

const NOT_PLAYED = /.*the sandbox does not play.*/;

/** Set by each command that changes the world: the next one gets it as it was first. */
let isChanged = false;

/** A program of the checkout's own, else one that is built of it. @throws Error with what `go` says */
async function programOf(source: string, programs: string): Promise<string> {
  const own = join(source, "talosctl");
  if (existsSync(own)) return own;
  const built = join(programs, "talosctl");
  if (existsSync(built)) return built;
  mkdirSync(programs, { recursive: true });
  const env = { CGO_ENABLED: "0", GOFLAGS: "-mod=mod" };
  const { code, output } = await run("go", ["build", "-ldflags", "-s -w", "-o", built, "./cmd/talosctl"], {
    folder: source,
    env,
  });
  if (code !== 0) throw new Error(`go cannot build talosctl of ${source}:\n${output}`);
  return built;
}

function caseOf(program: string, command: Command): Case {
  return {
    name: command.args,
    async run(env) {
      isChanged = command.changes === true;
      const folder = mkdtempSync(join(tmpdir(), "ampere-lab-talosctl-"));
      const ask = (args: string) =>
        run(program, argumentsOf(args, folder), {
          folder,
          env: { ...env, HOME: folder },
          deadlineMs: command.follows ? 4000 : DEADLINE_MS,
        });
      try {
        let output = "";
        for (const each of command.before ?? []) output += (await ask(each)).output;
        const asked = await ask(command.args);
        output += asked.output;
        const isRefused = asked.code !== 0 && asked.code !== null;
        if (asked.code === null && !command.follows) return { verdict: "deadline", line: "", output };
        let isRight = command.says.test(asked.output) && isRefused === (command.refused === true);
        for (const [args, says] of command.after ?? []) {
          const answer = (await ask(args)).output;
          output += answer;
          isRight &&= says.test(answer);
        }
        if (!isRight && NOT_PLAYED.test(asked.output))
          return { ...judged("not-played", NOT_PLAYED, asked.output), output };
        return isRight
          ? { verdict: "pass", line: "", output }
          : { ...judged("deviates", /.*\S.*\s*$/, output), output };
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

function judged(verdict: Outcome["verdict"], pattern: RegExp, output: string): Outcome {
  return { verdict, line: pattern.exec(output)?.[0].trim() ?? "" };
}

/** Words, of which one in quotes may have spaces; `{dir}` is a folder of the command's own. */
function argumentsOf(args: string, folder: string): readonly string[] {
  const words = args.match(/'[^']*'|\S+/g) ?? [];
  return words.map((word) =>
    word
      .replace(/^'(.*)'$/, "$1")
      .replaceAll("{dir}", folder)
      .replaceAll("{port}", String(BASE_PORT))
      .replaceAll("{talos}", String(BASE_PORT + 101)),
  );
}

async function open(): Promise<Place> {
  const labHome = mkdtempSync(join(tmpdir(), "ampere-lab-acceptance-"));
  const [used, saved, config] = [".sandbox", "saved", "lab.config.json"].map((name) => join(labHome, name));
  if (used === undefined || saved === undefined || config === undefined) throw new Error("no folder");
  const access = { adminCidrs: ["203.0.113.7/32"], basePort: BASE_PORT };
  writeFileSync(
    config,
    JSON.stringify({ preset: "payg", name: "acceptance", oci: { region: "eu-frankfurt-1" }, access }),
  );
  const env = { LAB_HOME: labHome, LAB_CONFIG: config, LAB_SANDBOX: "1" };
  const talosconfig = join(labHome, "talosconfig");
  for (const args of [
    ["cdktf.js", "deploy", "oci", "proxmox", "talos", "--auto-approve"],
    ["lab.js", "talosconfig", "--out", talosconfig],
  ]) {
    const [program = "", ...rest] = args;
    const { code, output } = await run(process.execPath, [join(ROOT, "cli", "bin", program), ...rest], {
      folder: ROOT,
      env,
    });
    if (code !== 0) throw new Error(`the lab is not there:\n${output}`);
  }
  const stop = async (): Promise<void> => (await openSandbox({ labHome })).stop();
  await stop();
  cpSync(used, saved, { recursive: true });
  await openSandbox({ labHome });
  return {
    async fresh() {
      if (isChanged) {
        await stop();
        rmSync(used, { recursive: true });
        cpSync(saved, used, { recursive: true });
        await openSandbox({ labHome });
      }
      return { TALOSCONFIG: talosconfig, EDITOR: "sed -i 's/acceptance/other/'" };
    },
    async close() {
      await stop();
      rmSync(labHome, { recursive: true, force: true });
    },
  };
}

export const talosctl: CommandSuite = {
  async cases(source, programs, wanted) {
    const program = await programOf(source, programs);
    return COMMANDS.filter(({ args }) => wanted.test(args)).map((command) => caseOf(program, command));
  },
  open,
};
