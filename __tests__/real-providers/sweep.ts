/** Deploys of a lab of which one call fails: what the sweep does for each call, and how it starts over from before a stack. */
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Fault } from "../../sandbox/faults/calls.ts";
import type { LoggedCall } from "../../sandbox/client.ts";
import type { Ended, TestLab } from "../e2e/lab.ts";

export const STACKS = ["oci", "proxmox", "talos"] as const;
export type Stack = (typeof STACKS)[number];

/** What a deploy of one stack is without a fault. */
export interface Baseline {
  readonly stack: Stack;
  readonly calls: readonly string[];
  readonly world: Readonly<Record<string, number>>;
}

export interface Row {
  readonly stack: Stack;
  readonly k: number;
  readonly call: string;
  readonly fault: Fault["kind"];
  /** What the run with the fault came to. */
  readonly first: string;
  /** What the next run did. */
  readonly next: string;
  /** What is wrong with that; null when all is as it should be. */
  readonly problem: string | null;
}

/** What a fault of a status says, so that it can be told from anything else that goes wrong. */
export const SAID = "Made to fail, once.";

export function faultOf(kind: "status" | "reset" | "lost"): Fault {
  return kind === "status" ? { kind, status: 503, code: "ServiceUnavailable", message: SAID } : { kind };
}

export function words({ interface: via, method, target }: LoggedCall): string {
  return `${via} ${method} ${target}`;
}

export class Sweep {
  readonly lab: TestLab;
  readonly baselines: Baseline[] = [];

  constructor(lab: TestLab) {
    this.lab = lab;
  }

  #saved(stack: Stack): string {
    return join(this.lab.home, `before-${stack}`);
  }

  #deploy(stack: Stack, ...more: string[]): Promise<Ended> {
    return this.lab.cdktf("deploy", stack, "--auto-approve", ...more);
  }

  /** Deploys all stacks once, and keeps what was there before each. */
  async prepare(): Promise<void> {
    for (const stack of STACKS) {
      await (await this.lab.sandbox()).stop();
      cpSync(join(this.lab.home, ".sandbox"), this.#saved(stack), { recursive: true });
      const { code, stderr } = await this.#deploy(stack);
      if (code !== 0) throw new Error(`a deploy without faults fails: ${stderr}`);
      const calls = await (await this.lab.sandbox()).calls();
      this.baselines.push({ stack, calls: calls.map(words), world: await this.lab.world() });
    }
  }

  /** The lab as it was before a stack was deployed for the first time. */
  async restore(stack: Stack): Promise<void> {
    await (await this.lab.sandbox()).stop();
    const folder = join(this.lab.home, ".sandbox");
    rmSync(folder, { recursive: true, force: true });
    cpSync(this.#saved(stack), folder, { recursive: true });
  }

  /** Fails call `k` of a deploy of this stack, and then deploys again. */
  async fail({ stack, calls, world }: Baseline, k: number, kind: "status" | "reset" | "lost"): Promise<Row> {
    await this.restore(stack);
    const sandbox = await this.lab.sandbox();
    const { id } = await sandbox.addFault({ what: "call", nth: k, fault: faultOf(kind) });
    const first = await this.#deploy(stack);
    const hit = (await sandbox.calls()).find(({ fault }) => fault === id);
    const row = { stack, k, call: hit ? words(hit) : (calls[k - 1] ?? ""), fault: kind };
    if (!hit) return { ...row, first: "the call was not made", next: "", problem: null };
    const told = first.code === 0 ? "went on: it was tried again" : firstError(first);
    const clear = first.code === 0 || told !== "";
    const after = await this.goOn(stack, world);
    const said = clear ? null : "the first run says nothing of what went wrong";
    return { ...row, first: told, next: after.next, problem: after.problem ?? said };
  }

  /** Deploys again without a fault, with `--recover` where that is named, and looks at what has become of the lab. */
  async goOn(stack: Stack, world: Baseline["world"]): Promise<Pick<Row, "next" | "problem">> {
    await (await this.lab.sandbox()).clearFaults();
    const again = await this.#deploy(stack);
    const recovered = again.code !== 0 && again.stderr.includes("--recover");
    const next = recovered ? await this.#deploy(stack, "--recover") : again;
    const problem = await this.#problem(stack, world, next);
    if (problem !== null) return { next: firstError(next) || `exit code ${next.code}`, problem };
    return { next: recovered ? "named what was lost, and recovered it" : "converged", problem: null };
  }

  /** What is not as a deploy without faults leaves it. */
  async #problem(stack: Stack, expected: Baseline["world"], { code }: Ended): Promise<string | null> {
    if (code !== 0) return "the next run fails";
    const [world, state] = [await this.lab.world(), this.lab.state()];
    if (JSON.stringify(world) !== JSON.stringify(expected)) return `the world has ${difference(expected, world)}`;
    if (JSON.stringify(world) !== JSON.stringify(state)) return `the states have ${difference(world, state)}`;
    const { code: changes } = await this.lab.cdktf("diff", ...STACKS.slice(0, STACKS.indexOf(stack) + 1));
    return changes === 0 ? null : `a plan afterwards is not empty: exit code ${changes}`;
  }
}

function difference(expected: Readonly<Record<string, number>>, got: Readonly<Record<string, number>>): string {
  const types = [...new Set([...Object.keys(expected), ...Object.keys(got)])];
  const others = types.filter((type) => expected[type] !== got[type]);
  return others.map((type) => `${got[type] ?? 0} ${type} for ${expected[type] ?? 0}`).join(", ");
}

/** The line of a run's output that says what went wrong. */
function firstError({ stderr, stdout }: Ended): string {
  const lines = `${stdout}\n${stderr}`.split("\n").map((line) => line.trim());
  return (
    lines.find((line) => line.includes(SAID)) ??
    lines.find((line) => /^(Error in|Lost)/.test(line)) ??
    lines.find((line) => /error|failed/i.test(line)) ??
    ""
  );
}
