import { join } from "node:path";
import base from "./jest.config.mjs";
import { testsInOwnProcess } from "./__tests__/jest/own-process.mjs";

const TESTS = join(import.meta.dirname, "__tests__");
/** What holds documents and workflows against the code, what goes over SSH, what sends thousands of requests, and the longest of the rest. */
const LEFT_OUT = /^(repository|sandbox\/ssh)\/|\b(fuzz|tunnels|linear|calls|permissions)\.test\.ts$/;

/**
 * `npm run test:quick`, in about a minute: the tests of `npm test` that start no program, neither themselves nor by a helper that
 * they import. Whole deploys, the command line and steps that Terraform runs are left out by that, and most of the time with them.
 * Fuzzing, SSH, the tests of documents and the four longest files are left out by their names.
 *
 * @type {import("jest").Config}
 */
export default {
  ...base,
  testMatch: testsInOwnProcess(TESTS)
    .filter((path) => !LEFT_OUT.test(path))
    .map((path) => `<rootDir>/__tests__/${path}`),
};
