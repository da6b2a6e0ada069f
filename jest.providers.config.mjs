import base from "./jest.config.mjs";

/** Real providers and real clients against the sandbox: `npm run test:providers`. @type {import("jest").Config} */
export default {
  ...base,
  testMatch: ["<rootDir>/__tests__/real-providers/**/*.test.ts"],
  testPathIgnorePatterns: [],
  // A provider takes seconds to start, and does so for each plan.
  testTimeout: 300_000,
};
