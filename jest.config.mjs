/** @type {import("jest").Config} */
export default {
  testMatch: ["<rootDir>/__tests__/**/*.test.ts"],
  testPathIgnorePatterns: ["tiers", "real-images", "real-providers"].map((each) => `<rootDir>/__tests__/${each}/`),
  // The end-to-end tests mostly wait for other processes: jest's own default would leave a processor idle.
  maxWorkers: "100%",
  reporters: ["default", "<rootDir>/__tests__/jest/slowest.mjs"],
  setupFiles: ["<rootDir>/__tests__/jest/as-main.mjs"],
  testEnvironment: "node",
  // Many tests start programs or load an SDK: on a busy machine jest's 5 s are soon over.
  testTimeout: 30_000,
  // ES modules only, which jest does not load as they are.
  moduleNameMapper: { "^unixcrypt$": "<rootDir>/node_modules/unixcrypt/dist/index.js" },
  transformIgnorePatterns: ["/node_modules/(?!unixcrypt/|age-encryption/|@noble/|@scure/)"],
  transform: {
    "\\.[cm]?[jt]s$": [
      "@swc/jest",
      { jsc: { target: "es2024", parser: { syntax: "typescript" } }, module: { type: "commonjs" } },
    ],
  },
  modulePathIgnorePatterns: ["<rootDir>/cdktf.out", "<rootDir>/providers/.*/.build-"],
};
