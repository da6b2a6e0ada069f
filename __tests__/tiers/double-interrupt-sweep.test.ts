/** Ctrl-C twice at every call of a deploy: what was asked for is done all the same, and nothing may be lost or made twice. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { TestLab } from "../e2e/lab.ts";
import { type Baseline, type Row, Sweep, words } from "../real-providers/sweep.ts";

/** Two at a time: each is mostly one terraform at work. */
const LABS = 2;
const ARTIFACTS = join(__dirname, "..", "..", "artifacts");
/** Signals that come closer to each other are one (cli/ui/interruption.ts). */
const APART_MS = 900;
/** The call is still under way when terraform has ended, and done while the next run begins. */
const SLOW_MS = 3000;

/** Every n-th call; DOUBLE_INTERRUPT_SWEEP=full takes every one, and DOUBLE_INTERRUPT_SWEEP=7 every seventh. */
const asked = process.env.DOUBLE_INTERRUPT_SWEEP ?? "15";
const STEP = asked === "full" ? 1 : Number(asked);
if (!Number.isInteger(STEP) || STEP < 1)
  throw new Error(`DOUBLE_INTERRUPT_SWEEP is ${asked}; it can be full, or a number from 1`);

jest.setTimeout(7_200_000);

type Cut = Omit<Row, "fault">;

/** Interrupts a deploy twice while its call `k` is under way, and then deploys again. */
async function cutOff(sweep: Sweep, { stack, calls, world }: Baseline, k: number): Promise<Cut> {
  await sweep.restore(stack);
  const sandbox = await sweep.lab.sandbox();
  const { id } = await sandbox.addFault({ what: "call", nth: k, fault: { kind: "slow", ms: SLOW_MS } });
  const deploy = sweep.lab.start("deploy", stack, "--auto-approve");
  const over = new AbortController();
  void deploy.ended.then(() => over.abort());
  const isHit = async (): Promise<boolean> => (await sandbox.faults()).some(({ hits }) => hits > 0);
  while (!over.signal.aborted && !(await isHit())) await sleep(20);
  const hit = (await sandbox.calls()).find(({ fault }) => fault === id);
  const row = { stack, k, call: hit ? words(hit) : (calls[k - 1] ?? "") };
  if (over.signal.aborted || hit === undefined)
    return { ...row, first: "the call was not made", next: "", problem: null };
  deploy.child.kill("SIGINT");
  await sleep(APART_MS);
  deploy.child.kill("SIGINT");
  const { code } = await deploy.ended;
  const left = (await sandbox.callsUnderWay()).length;
  const first = `exit code ${code}, ${left} under way`;
  return { ...row, first, ...(await sweep.goOn(stack, world)) };
}

function table(rows: readonly Cut[]): string {
  const line = ({ stack, k, call, first, next, problem }: Cut): string =>
    `| ${[stack, k, call, first, next, problem ?? ""].map((cell) => String(cell).replaceAll("|", "\\|")).join(" | ")} |`;
  const head = "| stack | k | call | first run | next run | problem |\n| - | - | - | - | - | - |";
  return `${head}\n${rows.map(line).join("\n")}\n`;
}

function summary(rows: readonly Cut[]): string {
  const count = (test: (row: Cut) => boolean): number => rows.filter(test).length;
  return [
    `${rows.length} deploys interrupted twice, each at another call:`,
    `${count(({ first }) => /[1-9]\d* under way$/.test(first))} left a call under way,`,
    `${count(({ next }) => next === "converged")} converged at the next run,`,
    `${count(({ next }) => next.startsWith("named"))} after --recover,`,
    `${count(({ first }) => first === "the call was not made")} not made,`,
    `${count(({ problem }) => problem !== null)} with a problem`,
  ].join(" ");
}

describe("a deploy of all stacks that is interrupted twice", () => {
  const sweeps: Sweep[] = [];
  beforeAll(async () => {
    for (let index = 0; index < LABS; index += 1) sweeps.push(new Sweep(await TestLab.create()));
    await Promise.all(sweeps.map((sweep) => sweep.prepare()));
  });
  afterAll(() => Promise.all(sweeps.map(({ lab }) => lab.end())));

  it(`converges at the next run, if need be with --recover: ${STEP === 1 ? "every call" : `every ${STEP}th call`}`, async () => {
    const all = (sweeps[0]?.baselines ?? []).flatMap(({ stack, calls }) =>
      calls.map((_, index) => ({ stack, k: index + 1 })),
    );
    const left = all.filter((_, index) => index % STEP === 0).map((job, index) => ({ job, index }));
    const rows: Cut[] = [];
    const keep = (): void => {
      mkdirSync(ARTIFACTS, { recursive: true });
      const done = rows.filter((row) => row !== undefined);
      writeFileSync(join(ARTIFACTS, "double-interrupt-sweep.md"), `${summary(done)}\n\n${table(done)}`);
    };
    const work = async (sweep: Sweep): Promise<void> => {
      for (let next = left.shift(); next; next = left.shift()) {
        const { job, index } = next;
        const baseline = sweep.baselines.find(({ stack }) => stack === job.stack);
        if (baseline) rows[index] = await cutOff(sweep, baseline, job.k);
        keep();
      }
    };
    await Promise.all(sweeps.map(work));
    expect(rows.filter(({ problem }) => problem !== null)).toEqual([]);
    expect(rows.length).toBeGreaterThan(0);
  });
});
