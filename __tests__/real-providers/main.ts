/** `npm run test:providers`: builds and installs what it needs, then tests; arguments are jest's. */
import { run } from "../real-images/run.ts";
import { installTools } from "./install.ts";

const { env, missing } = await installTools();
for (const each of missing) console.error(`skipped, ${each}`);
const jest = ["cli/bin/run.js", "node_modules/jest/bin/jest.js", "--config", "jest.providers.config.mjs"];
process.exitCode = await run(process.execPath, [...jest, ...process.argv.slice(2)], env);
