import { existsSync } from "node:fs";
import { diskOf, labImages, removeWork, SOURCE } from "./workshop.ts";

jest.setTimeout(60 * 60_000);
afterAll(removeWork);

const builder = process.env["IMAGE_TEST_BUILDER"] ?? "";
const build = () =>
  labImages("build", "base", "--runner", "dagger", "--builder", builder, "--source", SOURCE, "--force");

let first = { sha256: "", seconds: 0 };

async function timed(): Promise<{ readonly sha256: string; readonly seconds: number }> {
  const started = performance.now();
  const { code, stdout } = await build();
  const seconds = (performance.now() - started) / 1000;
  const printed = JSON.parse(stdout);
  expect([code, printed]).toMatchObject([0, { images: [{ name: "base", status: "built", runner: "dagger" }] }]);
  console.info(`built on Dagger in ${seconds.toFixed(1)} s`);
  return { sha256: printed.images[0].disk.sha256, seconds };
}

describe("the base on a Dagger engine", () => {
  it("is built, and exported as one disk", async () => {
    first = await timed();
    expect(existsSync(diskOf("base-hardened"))).toBe(true);
  });

  it("comes from the engine's cache the second time, the very same and much faster", async () => {
    const second = await timed();
    expect(second.sha256).toBe(first.sha256);
    expect(second.seconds).toBeLessThan(first.seconds / 5);
  });
});
