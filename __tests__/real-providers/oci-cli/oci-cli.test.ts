/** Oracle's CLI, as `lab sandbox start --env` sets it up: what its commands print of the sandbox, in the order of the tables. */
import { createHash, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { TestLab } from "../../e2e/lab.ts";
import { needing } from "../workshop.ts";
import { BALANCERS } from "./balancers.ts";
import { type Command, OciCli } from "./command.ts";
import { COMPUTE } from "./compute.ts";
import { IDENTITY } from "./identity.ts";
import { LIMITS } from "./limits.ts";
import { NETWORK } from "./network.ts";
import { OBJECTS } from "./objects.ts";
import { REMOVAL } from "./removal.ts";

const SMALL = "small\n";
/** Three parts of 10 MiB, as the CLI cuts it. */
const LARGE = randomBytes(21 * 1024 * 1024);

needing("python").describe("oci", () => {
  let lab: TestLab;
  let cli: OciCli;

  beforeAll(async () => {
    lab = await TestLab.create({ preset: "payg" });
    const { code, stdout, stderr } = await lab.lab("sandbox", "start", "--env", "--json");
    if (code !== 0) throw new Error(stderr);
    const { env } = JSON.parse(stdout);
    writeFileSync(join(lab.home, "small"), SMALL);
    writeFileSync(join(lab.home, "large"), LARGE);
    cli = new OciCli(
      { ...env, HOME: lab.home, SUPPRESS_LABEL_WARNING: "True" },
      {
        tenancy: env.TF_VAR_tenancy_ocid,
        home: lab.home,
        smallMd5: createHash("md5").update(SMALL).digest("base64"),
        largeSize: String(LARGE.length),
      },
    );
  });

  afterAll(async () => {
    cli.end();
    await lab.end();
  });

  describe.each<[string, readonly Command[]]>([
    ["identity", IDENTITY],
    ["limits, quotas and budgets", LIMITS],
    ["networks", NETWORK],
    ["instances and volumes", COMPUTE],
    ["load balancers", BALANCERS],
    ["objects", OBJECTS],
    ["what is left", REMOVAL],
  ])("on %s", (_, commands) => {
    it.each(commands)("$run", (command) => cli.check(command));
  });
});
