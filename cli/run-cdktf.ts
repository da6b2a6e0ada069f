/** Runs `cdktf` with the arguments of this process. Commands that upstream's CLI has and we do not are handed to it. */
import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { program } from "./cdktf.ts";
import { runProgram } from "./program.ts";

/** Commands of upstream's CLI that we do not have. */
const UPSTREAM = "convert debug get import init login logout module provider watch".split(" ");

function isUpstreams([first]: readonly string[]): boolean {
  return first !== undefined && UPSTREAM.includes(first);
}

/** Runs `cdktn` with our arguments, and ends as it ends. */
async function passThrough(args: readonly string[]): Promise<void> {
  const { which } = await import("./engine/terraform/tools.ts");
  const path = [join(process.cwd(), "node_modules", ".bin"), process.env["PATH"] ?? ""].join(delimiter);
  const cdktn = which("cdktn", path);
  if (cdktn === undefined) {
    console.error(
      `cdktf: ${args[0]} is a command of upstream's CLI, which is not installed: npm install --no-save cdktn-cli, then again. ` +
        "Bindings of the three providers come from `npm run providers`",
    );
    process.exitCode = 1;
    return;
  }
  const child = spawn(cdktn, args, { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  process.exitCode = await new Promise<number>((resolve) => {
    child.once("error", (error) => {
      console.error(`cdktf: cannot run ${cdktn}: ${error.message}`);
      resolve(1);
    });
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

const args = process.argv.slice(2);
if (isUpstreams(args)) await passThrough(args);
else await runProgram(program, args, (error) => ({ stacks: [], error }));
