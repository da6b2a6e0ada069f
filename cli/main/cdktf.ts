/** Runs `cdktf` with the arguments of this process. */
import { program } from "../cdktf.ts";
import { isUpstreams, passThrough } from "../passthrough.ts";
import { runProgram } from "../program.ts";

const args = process.argv.slice(2);
if (isUpstreams(args)) await passThrough(args);
else await runProgram(program, args, (error) => ({ stacks: [], error }));
