/** The demo needs a tofu or a terraform; where there is neither and Go is, it makes one. */
import { CliError } from "../errors.ts";
import { findBinary } from "../terraform/binary.ts";
import { which } from "../terraform/which.ts";
import { buildTool } from "../tools/build.ts";
import { OPENTOFU } from "../tools/definitions.ts";

/** @throws CliError, one line, where there is none and no Go to make one */
export async function ensureTerraform(): Promise<void> {
  const PATH = process.env.PATH ?? "";
  try {
    await findBinary({ PATH });
  } catch (error) {
    const wished = process.env.TERRAFORM_BINARY_NAME ?? "";
    if (!(error instanceof CliError) || wished !== "" || which("go", PATH) === undefined) throw error;
    console.log("Neither tofu nor terraform is on PATH, but Go is: building OpenTofu. That takes minutes, once.");
    await buildTool(OPENTOFU, { say: (line) => console.log(line), status: () => undefined });
  }
}
