/** Programs that print where we do. */
import { spawn } from "node:child_process";
import { REPOSITORY } from "../../images/identity.ts";

type Variables = Readonly<Record<string, string>>;

/** Runs a program in the repository. @returns its exit code */
export async function run(command: string, args: readonly string[], env: Variables = {}): Promise<number> {
  const child = spawn(command, args, { cwd: REPOSITORY, env: { ...process.env, ...env }, stdio: ["ignore", 2, 2] });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}

/** @throws Error when it fails; it has said why */
export async function must(command: string, args: readonly string[], env: Variables = {}): Promise<void> {
  const code = await run(command, args, env);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")}: exit code ${code}`);
}
