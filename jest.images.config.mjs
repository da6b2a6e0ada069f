import base from "./jest.config.mjs";

// What runs on a Dagger engine is another matter (npm run test:dagger), and so is the audit, which takes as long as all else
// (npm run test:images -- --audit).
const { IMAGE_TESTS: tests = "{base,proxmox}" } = process.env;

/** Images that are really built and booted: `npm run test:images`. @type {import("jest").Config} */
export default {
  ...base,
  testMatch: [`<rootDir>/__tests__/real-images/**/${tests}.test.ts`],
  testPathIgnorePatterns: [],
  testSequencer: "<rootDir>/__tests__/real-images/in-order.mjs",
};
