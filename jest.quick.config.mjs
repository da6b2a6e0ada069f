import { join } from "node:path";
import base from "./jest.config.mjs";
import { testsInOwnProcess } from "./__tests__/jest/own-process.mjs";

const TESTS = join(import.meta.dirname, "__tests__");

/**
 * `npm run test:quick`, in under a minute: the tests of `npm test` that start no program, neither themselves nor by a helper that
 * they import. Whole deploys, the command line and steps that Terraform runs are left out by that, and most of the time with them.
 *
 * @type {import("jest").Config}
 */
export default { ...base, testMatch: testsInOwnProcess(TESTS).map((path) => `<rootDir>/__tests__/${path}`) };
