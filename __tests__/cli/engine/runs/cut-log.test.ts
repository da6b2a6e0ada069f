import { writeFileSync } from "node:fs";
import { itWithTool, SmallLab, TOOL } from "../../small-lab.ts";

/** Plays a disk that is full from somewhere in what the tool writes, while the tool itself goes on and ends well. */
const ON_A_FULL_DISK = `#!/bin/sh
case " $VERBS " in *" $1 "*) ;; *) exec ${TOOL} "$@";; esac
${TOOL} "$@" >"$0.out"; code=$?
awk 'NR < 3 { print } NR == 3 { printf "%s", substr($0, 1, 20) }' "$0.out"
exit $code
`;

let lab: SmallLab;
beforeEach(() => {
  lab = new SmallLab({ net: { terraform: { resource: { terraform_data: { thing: { input: "x" } } } } } });
  writeFileSync(lab.path("tool"), ON_A_FULL_DISK, { mode: 0o755 });
});
afterEach(() => lab.dispose());

const deploy = (verbs: string) =>
  lab.run(["deploy", "net", "--auto-approve"], { TERRAFORM_BINARY_NAME: lab.path("tool"), VERBS: verbs });

describe("what the tool said, when its end is missing,", () => {
  itWithTool("is no plan that anything is applied of", async () => {
    const { code, stderr } = await deploy("plan");
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^Error in net: net: what \S+ said of its plan ends in mid-line/m),
    ]);
    expect(lab.has(".lab", "state", "net.tfstate") ? lab.state("net") : []).toEqual([]);
  });

  itWithTool("is told to be incomplete after an apply, however that ended", async () => {
    const { stderr } = await deploy("apply");
    expect(stderr).toMatch(/the log of the last apply of net \(\S+\) is incomplete, as on a disk that was full/);
  });
});
