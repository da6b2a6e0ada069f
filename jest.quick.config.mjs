import { join } from "node:path";
import base from "./jest.config.mjs";
import { testsInOwnProcess } from "./__tests__/jest/own-process.mjs";

const TESTS = join(import.meta.dirname, "__tests__");
/** What holds documents and workflows against the code, what sends thousands of requests, and what does so over SSH. */
const LEFT_OUT = /^(repository|sandbox\/ssh)\/|\bfuzz\.test\.ts$/;

/**
 * `npm run test:quick`, in about a minute: the tests of `npm test` that start no program, neither themselves nor by a helper that
 * they import. Whole deploys, the command line and steps that Terraform runs are left out by that, and most of the time with them.
 * Fuzzing, SSH and the tests of documents are left out by their names.
 *
 * @type {import("jest").Config}
 */
export default {
  ...base,
  testMatch: testsInOwnProcess(TESTS)
    .filter((path) => !LEFT_OUT.test(path))
    .map((path) => `<rootDir>/__tests__/${path}`),
};
