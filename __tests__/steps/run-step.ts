/** Runs a step as Terraform does: as a program of its own, against ports on loopback. */
import { spawn } from "node:child_process";
import type { Server } from "node:net";
import { join } from "node:path";
import { type Store } from "../../sandbox/world/store.ts";
import { addressOf, openPort, PASSWORD } from "../sandbox/proxmox/world.ts";

const STEPS = join(import.meta.dirname, "../../constructs/proxmox/steps");

export interface Outcome {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly error: string;
}

export interface Running {
  readonly outcome: Promise<Outcome>;
  /** Resolves once a line of the output fits. */
  line(fits: RegExp): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

export function startStep(script: string, environment: Readonly<Record<string, string | undefined>>): Running {
  const env = { PATH: process.env.PATH, TF_VAR_pve_root_password: PASSWORD, PVE_TIMEOUT_SECONDS: "20", ...environment };
  const child = spawn(process.execPath, [join(STEPS, script)], { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let error = "";
  const waiting: { fits: RegExp; resolve: () => void }[] = [];
  child.stdout.on("data", (chunk) => {
    output += String(chunk);
    for (const { fits, resolve } of waiting) if (fits.test(output)) resolve();
  });
  child.stderr.on("data", (chunk) => {
    error += String(chunk);
  });
  return {
    outcome: new Promise((resolve) => {
      child.on("close", (code) => resolve({ code, lines: output.trim().split("\n"), error: error.trim() }));
    }),
    line: (fits) => new Promise((resolve) => waiting.push({ fits, resolve })),
    kill: (signal) => void child.kill(signal),
  };
}

/** Opens port 8006 of hosts on loopback. `described` is what PVE_HOSTS says of them. */
export class Ports {
  readonly #servers: Server[] = [];

  async open(world: Store, ...names: readonly string[]): Promise<{ name: string; api: string; address: string }[]> {
    const described = [];
    for (const name of names) {
      const { server, port } = await openPort(world, name);
      this.#servers.push(server);
      described.push({ name, api: `https://127.0.0.1:${port}`, address: addressOf(name) });
    }
    return described;
  }

  close(): void {
    for (const server of this.#servers.splice(0)) server.close();
  }
}
