/** Packer and QEMU of this machine. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { buildEnvironment } from "./local-tools.ts";
import { BuildFailed, type BuildRequest, type Runner } from "./runner.ts";

const LAST_LINES = 12;
/** How long Packer may take to stop QEMU and remove what it has made. */
const GRACE_MS = 30_000;

function command({ image, source, output, variables }: BuildRequest): readonly string[] {
  return [
    image.folder,
    output,
    ...(source === null ? [] : ["--source", source]),
    ...Object.entries(variables).flatMap(([name, value]) => ["-var", `${name}=${value}`]),
  ];
}

async function build(request: BuildRequest, env: NodeJS.ProcessEnv): Promise<void> {
  const { root, image, signal, say } = request;
  signal.throwIfAborted();
  // In a process group of its own: a Ctrl-C on the terminal would reach Packer twice, and the second means "now".
  const child = spawn(join(root, "packer", "build.sh"), command(request), {
    env: buildEnvironment(env),
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const last: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      last.push(line);
      if (last.length > LAST_LINES) last.shift();
      say(line);
    });
  }
  let kill: NodeJS.Timeout | undefined;
  const stop = (): void => {
    child.kill("SIGTERM");
    kill = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    }, GRACE_MS);
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    signal.throwIfAborted();
    if (code === 0) return;
    const words = last.filter((line) => line.trim() !== "").map((line) => `  ${line}`);
    throw new BuildFailed(
      [`building ${image.folder} failed (packer/build.sh: exit code ${code ?? "none"}); it last said:`, ...words].join(
        "\n",
      ),
    );
  } finally {
    clearTimeout(kill);
    signal.removeEventListener("abort", stop);
  }
}

/**
 * A runner that needs packer, QEMU and their helpers on PATH: see local-tools.ts.
 *
 * @example await localRunner().build(request);
 */
export function localRunner(env: NodeJS.ProcessEnv = process.env): Runner {
  return { name: "local", build: (request) => build(request, env) };
}
