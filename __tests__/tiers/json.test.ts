import { freeBasePort } from "../e2e/lab.ts";
import { RUNS } from "./shell/json-runs.ts";
import { type Ran, Session } from "./shell/session.ts";

describe("--json", () => {
  let session: Session;
  let ran: readonly Ran[];
  beforeAll(async () => {
    session = new Session(await freeBasePort());
    const commands = RUNS.map(([path, options]) => `npx ${path} --json ${options}`);
    ran = session.run(commands, { LAB_SANDBOX: "1", FORCE_COLOR: "1" });
  }, 300_000);
  afterAll(() => session.end());

  it.each(RUNS.map(([path, options, code = 0], index) => ({ path, options, code, index })))(
    "prints one document and nothing else: $path $options",
    ({ code, index }) => {
      const { code: ended = null, stdout = "", stderr = "" } = ran[index] ?? {};
      expect({ ended, stderr }).toEqual({ ended: code, stderr: expect.anything() });
      expect(JSON.parse(stdout)).toEqual(expect.any(Object));
    },
  );
});
