/** Oracle's CLI, as `lab sandbox start --env` sets it up: what its commands print of the sandbox, in the order of the tables. */
import { TestLab } from "../../e2e/lab.ts";
import { needing } from "../workshop.ts";
import { type Command, OciCli } from "./command.ts";
import { IDENTITY } from "./identity.ts";
import { LIMITS } from "./limits.ts";
import { NETWORK } from "./network.ts";

needing("python").describe("oci", () => {
  let lab: TestLab;
  let cli: OciCli;

  beforeAll(async () => {
    lab = await TestLab.create({ preset: "payg" });
    const { code, stdout, stderr } = await lab.lab("sandbox", "start", "--env", "--json");
    if (code !== 0) throw new Error(stderr);
    const { env } = JSON.parse(stdout);
    cli = new OciCli({ ...env, HOME: lab.home, SUPPRESS_LABEL_WARNING: "True" }, {
      tenancy: env.TF_VAR_tenancy_ocid,
      home: lab.home,
    });
  });

  afterAll(async () => {
    cli.end();
    await lab.end();
  });

  describe.each<[string, readonly Command[]]>([
    ["identity", IDENTITY],
    ["limits, quotas and budgets", LIMITS],
    ["networks", NETWORK],
  ])("on %s", (_, commands) => {
    it.each(commands)("$run", (command) => cli.check(command));
  });
});
