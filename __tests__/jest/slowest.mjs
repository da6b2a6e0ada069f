import { relative } from "node:path";

const SHOWN = 10;

/** Reporter of jest: the test files that took longest, on stderr, without colours. */
export default class Slowest {
  /**
   * @param {unknown} _contexts
   * @param {{ readonly testResults: readonly { testFilePath: string; perfStats: { start: number; end: number } }[] }} results
   */
  onRunComplete(_contexts, { testResults }) {
    // One file alone is told with its time already.
    if (testResults.length < 2) return;
    const files = testResults.map(({ testFilePath, perfStats: { start, end } }) => ({ testFilePath, ms: end - start }));
    const lines = files
      .sort((one, other) => other.ms - one.ms)
      .slice(0, SHOWN)
      .map(({ testFilePath, ms }) => `${(ms / 1000).toFixed(1).padStart(7)} s  ${relative("", testFilePath)}`);
    process.stderr.write(["", "What took longest:", ...lines, ""].join("\n"));
  }
}
