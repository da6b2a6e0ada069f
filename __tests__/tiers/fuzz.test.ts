import { spawn } from "node:child_process";
import { join } from "node:path";
import { TestLab } from "../e2e/lab.ts";
import type { FuzzReport } from "./fuzz/main.ts";

jest.setTimeout(20 * 60_000);

/** FUZZ_REQUESTS makes a run shorter or longer, FUZZ_SEED another one. */
const { FUZZ_REQUESTS: requests = "100000", FUZZ_SEED: seed = "1" } = process.env;

async function fuzz(home: string): Promise<{ readonly code: number | null; readonly report: FuzzReport }> {
  const script = join(__dirname, "fuzz", "main.ts");
  const child = spawn(process.execPath, [script, "--home", home, "--requests", requests, "--seed", seed], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let stdout = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, report: JSON.parse(stdout) };
}

describe(`${requests} invalid requests, to every interface of a deployed lab`, () => {
  let code: number | null;
  let report: FuzzReport;
  beforeAll(async () => {
    const lab = await TestLab.create();
    try {
      expect((await lab.cdktf("deploy", "--auto-approve")).code).toBe(0);
      await (await lab.sandbox()).stop();
      ({ code, report } = await fuzz(lab.home));
    } finally {
      await lab.end();
    }
    console.info(JSON.stringify(report.answers, null, 1));
  });

  it("are all sent, and some to every interface", () => {
    expect(report.requests).toBeGreaterThan(Number(requests) * 0.99);
    const talkative = ["proxmox", "oci", "kubernetes", "page"].map((name) => report.answers[name]?.["200"] ?? 0);
    expect(talkative.every((count) => count > 0)).toBe(true);
    expect(report.answers["talos"]?.["0"]).toBeGreaterThan(0);
  });

  it("do not crash it", () => {
    expect([code, report.uncaught]).toEqual([0, []]);
  });

  it("find no bug in it, and no 5xx that the API has not of its own", () => {
    expect([report.bugs, report.failures]).toEqual([[], []]);
  });

  it("do not make it reach outside of loopback", () => {
    expect(report.outside).toEqual([]);
  });
});
