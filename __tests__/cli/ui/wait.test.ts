import { waitUntil } from "../../../cli/ui/wait.ts";

describe("waiting for a condition", () => {
  it("looks at once, and again until it holds", async () => {
    let looks = 0;
    await expect(waitUntil(() => ++looks === 3, { pollMs: 1 })).resolves.toBe(true);
    expect(looks).toBe(3);
  });

  it("looks once where there is no patience, and says that it does not hold", async () => {
    let looks = 0;
    await expect(waitUntil(async () => ++looks > 1, { pollMs: 1, patienceMs: 0 })).resolves.toBe(false);
    expect(looks).toBe(1);
  });

  it("ends when it is told to", async () => {
    const ending = new AbortController();
    const waited = waitUntil(() => false, { pollMs: 60_000, signal: ending.signal });
    ending.abort();
    await expect(waited).rejects.toThrow("abort");
  });
});
