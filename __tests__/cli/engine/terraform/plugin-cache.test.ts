import { mkdirSync, writeFileSync } from "node:fs";
import { itWithTool, SmallLab, TOOL } from "../../small-lab.ts";

/** Plays a terraform whose `init` fails beside another one and beside a plan, which waits a moment for one to begin. */
const TOOL_WITH_CACHE = `#!/bin/sh
busy() { echo "text file busy" >&2; exit 1; }
case $1 in
  init)
    [ -e "$CACHE/planning" ] && { : >"$CACHE/seen"; busy; }
    mkdir "$CACHE/init" 2>/dev/null || busy
    ${TOOL} "$@"; code=$?
    rmdir "$CACHE/init"
    exit $code ;;
  plan)
    : >"$CACHE/planning"
    for _ in 1 2 3 4 5 6 7 8; do [ -e "$CACHE/seen" ] || sleep 0.05; done
    ${TOOL} "$@"; code=$?
    rm -f "$CACHE/planning"
    exit $code ;;
esac
exec ${TOOL} "$@"
`;

const thing = { terraform: { resource: { terraform_data: { thing: { input: "x" } } } } };

describe("a plugin cache that all stacks share", () => {
  let lab: SmallLab;
  afterEach(() => lab.dispose());

  itWithTool("is written by one init at a time, and by none while a plan runs from it", async () => {
    lab = new SmallLab({ one: thing, two: thing, three: thing });
    mkdirSync(lab.path("cache"));
    writeFileSync(lab.path("tool"), TOOL_WITH_CACHE, { mode: 0o755 });
    const env = {
      TERRAFORM_BINARY_NAME: lab.path("tool"),
      CACHE: lab.path("cache"),
      TF_PLUGIN_CACHE_DIR: lab.path("cache"),
    };
    const { code, stderr } = await lab.run(["diff"], env);
    expect([code, code === 2 ? "" : stderr]).toEqual([2, ""]);
  });
});
