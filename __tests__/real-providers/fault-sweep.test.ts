import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TestLab } from "../e2e/lab.ts";
import { type Baseline, type Row, Sweep } from "./sweep.ts";

/** Two at a time: each is mostly one terraform at work. */
const LABS = 2;
const ARTIFACTS = join(__dirname, "..", "..", "artifacts");

/** Every n-th call; FAULT_SWEEP=full takes every one, and FAULT_SWEEP=7 every seventh. */
const asked = process.env.FAULT_SWEEP ?? "5";
const STEP = asked === "full" ? 1 : Number(asked);
if (!Number.isInteger(STEP) || STEP < 1) throw new Error(`FAULT_SWEEP is ${asked}; it can be full, or a number from 1`);

jest.setTimeout(7_200_000);

interface Job {
  readonly stack: string;
  readonly k: number;
  readonly kind: "status" | "reset" | "lost";
}

/** A status for every call; a broken connection, before and after it is done, for every one that changes something. */
function jobs({ stack, calls }: Baseline): Job[] {
  return calls.flatMap((call, index) => {
    const changes = /^provider ApplyResourceChange |^proxmox (POST|PUT|DELETE|TASK) /.test(call);
    const kinds = changes ? (["status", "reset", "lost"] as const) : (["status"] as const);
    return kinds.map((kind) => ({ stack, k: index + 1, kind }));
  });
}

function table(rows: readonly Row[]): string {
  const line = ({ stack, k, call, fault, first, next, problem }: Row): string =>
    `| ${[stack, k, call, fault, first, next, problem ?? ""].map((cell) => String(cell).replaceAll("|", "\\|")).join(" | ")} |`;
  const head = "| stack | k | call | fault | first run | next run | problem |\n| - | - | - | - | - | - | - |";
  return `${head}\n${rows.map(line).join("\n")}\n`;
}

function summary(rows: readonly Row[]): string {
  const count = (test: (row: Row) => boolean): number => rows.filter(test).length;
  return [
    `${rows.length} deploys with one fault each:`,
    `${count(({ first }) => first.startsWith("went on"))} went on,`,
    `${count(({ next }) => next === "converged")} converged at the next run,`,
    `${count(({ next }) => next.startsWith("named"))} after --recover,`,
    `${count(({ first }) => first === "the call was not made")} not made,`,
    `${count(({ problem }) => problem !== null)} with a problem`,
  ].join(" ");
}

describe("a deploy of all stacks of which one call fails", () => {
  const sweeps: Sweep[] = [];
  beforeAll(async () => {
    for (let index = 0; index < LABS; index += 1) sweeps.push(new Sweep(await TestLab.create()));
    await Promise.all(sweeps.map((sweep) => sweep.prepare()));
  });
  afterAll(() => Promise.all(sweeps.map(({ lab }) => lab.end())));

  it(`says so or goes on, and converges at the next run: ${STEP === 1 ? "every call" : `every ${STEP}th call`}`, async () => {
    const all = (sweeps[0]?.baselines ?? []).flatMap(jobs);
    const left = all.filter((_, index) => index % STEP === 0).map((job, index) => ({ job, index }));
    const rows: Row[] = [];
    const keep = (): void => {
      mkdirSync(ARTIFACTS, { recursive: true });
      const done = rows.filter((row) => row !== undefined);
      writeFileSync(join(ARTIFACTS, "fault-sweep.md"), `${summary(done)}\n\n${table(done)}`);
    };
    const work = async (sweep: Sweep): Promise<void> => {
      for (let next = left.shift(); next; next = left.shift()) {
        const { job, index } = next;
        const baseline = sweep.baselines.find(({ stack }) => stack === job.stack);
        if (baseline) rows[index] = await sweep.fail(baseline, job.k, job.kind);
        keep();
      }
    };
    await Promise.all(sweeps.map(work));
    expect(rows.filter(({ problem }) => problem !== null)).toEqual([]);
    expect(rows.length).toBeGreaterThan(0);
  });
});
