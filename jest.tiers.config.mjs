import base from "./jest.config.mjs";

/** The longer tests: other people's tools against this lab. @type {import("jest").Config} */
export default { ...base, testMatch: ["<rootDir>/__tests__/tiers/**/*.test.ts"], testPathIgnorePatterns: [] };
