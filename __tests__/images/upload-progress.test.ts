import { array, assert, integer, property } from "fast-check";
import { ServiceError, UnreachableError } from "../../images/upload/errors.ts";
import { bytesOf, cut, partBytesFor } from "../../images/upload/parts.ts";
import { meter, type Progress, progressLine, rateOf, recent, type Sample } from "../../images/upload/progress.ts";
import { delayMs, PATIENT } from "../../images/upload/retry.ts";

const MB = 1e6;

describe("the progress line", () => {
  const progress: Progress = {
    phase: "sending",
    sentBytes: 312 * MB,
    totalBytes: 845 * MB,
    bytesPerSecond: 24.4 * MB,
    secondsLeft: 21.8,
  };

  it.each<[string, Partial<Progress>, string]>([
    ["what is done, how fast, and how long it takes", {}, "312 of 845 MB, 24 MB/s, 22 s left"],
    ["minutes", { secondsLeft: 250 }, "312 of 845 MB, 24 MB/s, 4 min 10 s left"],
    ["hours", { secondsLeft: 3900, bytesPerSecond: 80_000 }, "312 of 845 MB, 0.1 MB/s, 1 h 5 min left"],
    ["no rate before there is one", { bytesPerSecond: null, secondsLeft: null }, "312 of 845 MB"],
    ["tenths where all is small", { sentBytes: 2.34 * MB, totalBytes: 5 * MB }, "2.3 of 5.0 MB, 24 MB/s, 22 s left"],
    ["zero", { sentBytes: 0, bytesPerSecond: null, secondsLeft: null }, "0 of 845 MB"],
  ])("says %s", (_, over, line) => {
    expect(progressLine({ ...progress, ...over })).toBe(line);
  });
});

describe("the rate", () => {
  const samples = (...pairs: readonly (readonly [number, number])[]): Sample[] =>
    pairs.map(([atMs, sentBytes]) => ({ atMs, sentBytes }));

  it("is that of the window", () => {
    expect(rateOf(samples([0, 0], [1000, 5 * MB], [2000, 20 * MB]))).toBe(10 * MB);
  });

  it.each([
    ["of no sample", []],
    ["of one sample", samples([0, 0])],
    ["of a moment", samples([0, 0], [100, MB])],
    ["where nothing moves", samples([0, MB], [5000, MB])],
    ["where a part is sent again", samples([0, 2 * MB], [5000, MB])],
  ])("%s is unknown", (_, all) => {
    expect(rateOf(all)).toBeNull();
  });

  it("forgets what is older than ten seconds, but for one sample to count from", () => {
    const kept = recent(samples([0, 0], [1000, 1], [2000, 2], [11_500, 3]), { atMs: 12_000, sentBytes: 4 });
    expect(kept.map(({ atMs }) => atMs)).toEqual([1000, 2000, 11_500, 12_000]);
    const late = recent(samples([0, 0], [1000, 1]), { atMs: 60_000, sentBytes: 4 });
    expect(late.map(({ atMs }) => atMs)).toEqual([1000, 60_000]);
  });

  it("of a steady stream is its rate, however it is sampled", () => {
    const steps = array(integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 100 });
    assert(
      property(steps, integer({ min: 1, max: 10 ** 6 }), (gaps, bytesPerMs) => {
        let all: readonly Sample[] = [{ atMs: 0, sentBytes: 0 }];
        let atMs = 0;
        for (const gap of gaps) all = recent(all, { atMs: (atMs += gap), sentBytes: atMs * bytesPerMs });
        const rate = rateOf(all);
        expect(rate ?? bytesPerMs * 1000).toBeCloseTo(bytesPerMs * 1000, 3);
        expect(rate === null).toBe(atMs < 500);
      }),
    );
  });
});

describe("the meter", () => {
  it("reports a few times a second, and the end in any case", () => {
    let now = 0;
    const seen: Progress[] = [];
    const report = meter(
      "sending",
      100,
      (progress) => seen.push(progress),
      () => now,
    );
    for (const [atMs, sentBytes] of [
      [0, 0],
      [10, 1],
      [249, 2],
      [250, 3],
      [1000, 50],
      [1001, 100],
    ] as const) {
      now = atMs;
      report(sentBytes);
    }
    expect(seen.map(({ sentBytes }) => sentBytes)).toEqual([0, 3, 50, 100]);
    expect(seen[2]).toMatchObject({ bytesPerSecond: 50, secondsLeft: 1 });
    expect(seen.at(-1)?.secondsLeft).toBe(0);
  });

  it("does not count what an earlier run sent into the rate", () => {
    let now = 0;
    const seen: Progress[] = [];
    const report = meter(
      "sending",
      1000,
      (progress) => seen.push(progress),
      () => now,
    );
    report(500);
    now = 1000;
    report(600);
    expect(seen.at(-1)).toMatchObject({ bytesPerSecond: 100, secondsLeft: 4 });
  });
});

describe("the parts", () => {
  const MIB = 1024 * 1024;

  it("are of 64 MiB, and of more where that would be more than 10,000", () => {
    expect(partBytesFor(845 * MB)).toBe(64 * MIB);
    expect(partBytesFor(640_000 * MIB)).toBe(64 * MIB);
    expect(partBytesFor(640_000 * MIB + 1)).toBe(65 * MIB);
    expect(cut(640_000 * MIB + 1, 65 * MIB).length).toBeLessThanOrEqual(10_000);
  });

  it("follow each other without gaps, all of one size but the last", () => {
    const sizes = integer({ min: 1, max: 10 ** 6 });
    assert(
      property(sizes, integer({ min: 5000, max: 10 ** 6 }), (sizeBytes, partBytes) => {
        const parts = cut(sizeBytes, partBytes);
        expect(parts.map(({ number }) => number)).toEqual(parts.map((_, index) => index + 1));
        expect(parts.map(({ start }) => start)).toEqual([0, ...parts.slice(0, -1).map(({ end }) => end)]);
        expect(parts.slice(0, -1).every(({ start, end }) => end - start === partBytes)).toBe(true);
        expect(bytesOf(parts)).toBe(sizeBytes);
      }),
    );
  });
});

describe("the wait before another attempt", () => {
  const lost = new UnreachableError("lost", "");
  const busy = (seconds: number): ServiceError => new ServiceError("busy", "", 429, seconds * 1000);

  it("doubles up to a bound, and half of it is left to chance", () => {
    expect([1, 2, 3, 20].map((attempt) => delayMs(attempt, lost, PATIENT, 0))).toEqual([250, 500, 1000, 15_000]);
    expect(delayMs(1, lost, PATIENT, 0.999)).toBeCloseTo(500, 0);
  });

  it("is at least what Object Storage asks for, within that bound", () => {
    expect(delayMs(1, busy(7), PATIENT, 0)).toBe(7000);
    expect(delayMs(1, busy(3600), PATIENT, 0)).toBe(30_000);
    expect(delayMs(1, busy(0), PATIENT, 0)).toBe(250);
  });
});
