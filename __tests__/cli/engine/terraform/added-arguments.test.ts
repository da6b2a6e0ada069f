/** Arguments of the user's own, in TF_CLI_ARGS, are named where they may be what broke a call. */
import { addedArguments, findBinary } from "../../../../cli/engine/terraform/binary.ts";
import { itWithTool, SmallLab, TOOL } from "../../small-lab.ts";

describe("TF_CLI_ARGS", () => {
  it("is told with the command's own, and only what is set", () => {
    expect(addedArguments({ TF_CLI_ARGS: "-x", TF_CLI_ARGS_plan: "-y", TF_CLI_ARGS_apply: "-z" }, "plan")).toBe(
      'TF_CLI_ARGS="-x" and TF_CLI_ARGS_plan="-y" went with it to `plan`: unset them if that is not meant for this lab',
    );
    expect(addedArguments({ TF_CLI_ARGS: " " }, "plan")).toBe("");
  });

  itWithTool("is named when the tool does not even say its version", async () => {
    const env = { PATH: process.env["PATH"] ?? "", TF_CLI_ARGS: "-lock=false" };
    await expect(findBinary(env, { wished: TOOL })).rejects.toThrow(
      'TF_CLI_ARGS="-lock=false" went with it to `version`',
    );
  });

  itWithTool("is named when a plan fails, and not when it goes well", async () => {
    const lab = new SmallLab({ one: { terraform: { resource: { terraform_data: { a: { input: "x" } } } } } });
    try {
      const broken = await lab.run(["diff"], { TF_CLI_ARGS_plan: "-no-such-option" });
      expect([broken.code, broken.stderr]).toEqual([
        1,
        expect.stringContaining('TF_CLI_ARGS_plan="-no-such-option" went'),
      ]);
      const fine = await lab.run(["diff"], { TF_CLI_ARGS_plan: "-lock=false" });
      expect([fine.code, fine.stderr]).toEqual([2, expect.not.stringContaining("TF_CLI_ARGS")]);
    } finally {
      lab.dispose();
    }
  });
});
