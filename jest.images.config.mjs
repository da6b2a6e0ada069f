import base from "./jest.config.mjs";

// What runs on a Dagger engine is another matter: npm run test:dagger.
const dagger = process.env.IMAGE_TEST_BUILDER !== undefined;

/** Images that are really built and booted: `npm run test:images`. @type {import("jest").Config} */
export default {
  ...base,
  testMatch: [`<rootDir>/__tests__/real-images/**/${dagger ? "dagger" : "{base,proxmox}"}.test.ts`],
  testPathIgnorePatterns: [],
};
