/** Runs `lab` with the arguments of this process. */
import { program } from "./lab.ts";
import { runProgram } from "./program.ts";

await runProgram(program, process.argv.slice(2), (error) => ({ error }));
