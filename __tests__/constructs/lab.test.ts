import { join } from "node:path";
import { LabStack } from "../../constructs/lab/lab-stack.ts";
import { PlainResource } from "../../constructs/lab/plain-resource.ts";
import { DestroyStep, ScriptStep } from "../../constructs/lab/script-step.ts";
import { REPOSITORY } from "../config/labs.ts";
import { describeConstructs, place, resourcesOf } from "./specs.ts";

const here = place();
const step = {
  folder: join(REPOSITORY, "constructs/talos/steps"),
  script: "wait-healthy.mjs",
  environment: { NAME: "mine" },
  triggers: { life: "1" },
};
class Own extends LabStack {}

describeConstructs("constructs/lab", here, {
  ScriptStep: { make: (stack, id, more) => new ScriptStep(stack, id, { ...step, ...more }), inner: ["run"] },
  DestroyStep: { make: (stack, id, more) => new DestroyStep(stack, id, { ...step, ...more }), inner: ["run"] },
});

describe("ScriptStep", () => {
  it("runs when it is made, with its environment, and again when a trigger changes", () => {
    const stack = here.stack();
    new ScriptStep(stack, "greet", step);
    const [run] = Object.values(resourcesOf(stack)["terraform_data"] ?? {});
    expect(run).toMatchObject({
      triggers_replace: { life: "1" },
      provisioner: [{ "local-exec": { interpreter: ["node"], environment: { NAME: "mine" } } }],
    });
    expect(JSON.stringify(run)).not.toContain('"when"');
  });

  it("runs the scripts of its own folder, which steps of one folder share", () => {
    const stack = here.stack();
    new ScriptStep(stack, "one", step);
    new ScriptStep(stack, "two", step);
    // A folder of another parent by the same name.
    new ScriptStep(stack, "other", { ...step, folder: join(REPOSITORY, "sandbox/talos/model") });
    const runs = Object.values(resourcesOf(stack)["terraform_data"] ?? {});
    const [one, two, other] = runs.map((run) => /"command":"([^"]+)"/.exec(JSON.stringify(run))?.[1]);
    expect(two).toBe(one);
    expect(other).not.toBe(one);
  });
});

describe("DestroyStep", () => {
  it("runs when it is destroyed alone, of what it has kept itself, and lets destroying go on", () => {
    const stack = here.stack();
    new DestroyStep(stack, "notify", step);
    const [run] = Object.values(resourcesOf(stack)["terraform_data"] ?? {});
    expect(run).toMatchObject({
      input: { NAME: "mine" },
      provisioner: [
        { "local-exec": { when: "destroy", on_failure: "continue", environment: { NAME: "${self.input.NAME}" } } },
      ],
    });
  });
});

describe("LabStack", () => {
  it.each(["", "Mine", "1st", "a_b", "-a", "ä", `a${"b".repeat(63)}`])("refuses the name %j", (id) => {
    const { app, ...props } = here.lab;
    expect(() => new Own(app, id, props)).toThrow(
      /^[^\n]*(name of the stack: got|Only root constructs may have an empty)/,
    );
  });

  const homes = ["lab", "./lab", "~/lab", ""];
  it.each(homes)("refuses the home %j, which would be another in every folder", (home) => {
    const { app, ...props } = here.lab;
    expect(() => new Own(app, `at-${homes.indexOf(home)}`, { ...props, home })).toThrow(
      `home: got ${JSON.stringify(home)}, allowed an absolute path`,
    );
  });

  it.each([
    ["a.b", "a-b"],
    ["a b", "a.b"],
  ])("refuses two resources that Terraform would know by one name: %j and %j", (one, other) => {
    const stack = here.stack();
    for (const id of [one, other]) new PlainResource(stack, id, { type: "terraform_data", arguments: {} });
    expect(() => stack.toTerraform()).toThrow(expect.objectContaining({ name: "LabError" }));
  });
});
