/**
 * What the tests of real providers and clients work with.
 *
 * @example
 * describe.each(TERRAFORMS)("bpg/proxmox on %s", (tool) => {
 *   needing(tool, "proxmox").it("deploys", async () => {
 *     const lab = await providerLab(tool, "proxmox=real");
 *     expect(await lab.cdktf("deploy", "oci", "proxmox", "--auto-approve")).toMatchObject({ code: 0 });
 *     …
 *     await lab.end();
 *   });
 * });
 */
import { execFile } from "node:child_process";
import type { LabInput } from "../../config/index.ts";
import { type Ended, TestLab } from "../e2e/lab.ts";

const VARIABLES = {
  terraform: "PROVIDER_TEST_TERRAFORM",
  tofu: "PROVIDER_TEST_TOFU",
  go: "PROVIDER_TEST_GO",
  kubectl: "PROVIDER_TEST_KUBECTL",
  /** bpg/proxmox, as `lab tools build` makes it. */
  proxmox: "PROVIDER_TEST_PROXMOX",
  /** oracle/oci, alone in its folder: wherever you have it from. */
  oci: "PROVIDER_TEST_OCI",
  /** With kubernetes, oci, oci-cli, proxmoxer and requests; its programs are beside it. */
  python: "PROVIDER_TEST_PYTHON",
  /** The real providers of all three systems: not programs, but known to be had by `--providers real`. */
  allProviders: "PROVIDER_TEST_ALL",
} as const;

export type Need = keyof typeof VARIABLES;
export type Terraform = "terraform" | "tofu";
export const TERRAFORMS: readonly Terraform[] = ["terraform", "tofu"];

function found(need: Need): string | undefined {
  return process.env[VARIABLES[need]];
}

// `npm run test:providers` sets those that can be had, and says which cannot: without it, none is.
if (Object.values(VARIABLES).every((name) => process.env[name] === undefined))
  throw new Error("run these tests with npm run test:providers");

/** The program. @throws Error where it cannot be had: tests of it are to be `needing` it */
export function program(need: Need): string {
  const file = found(need);
  if (file === undefined) throw new Error(`${need} cannot be had here`);
  return file;
}

/** `it` and `describe` of tests that need these; where one cannot be had they count as skipped. */
export function needing(...needs: readonly Need[]): Pick<typeof globalThis, "it" | "describe"> {
  const all = needs.every((need) => found(need) !== undefined);
  return all ? { it, describe } : { it: it.skip, describe: describe.skip };
}

/** A lab of a test's own, in a LAB_HOME of its own; its `cdktf` runs with this tool. */
export function providerLab(tool: Terraform, input: Partial<LabInput> = {}): Promise<TestLab> {
  return TestLab.create(input, { TERRAFORM_BINARY_NAME: program(tool) });
}

/** Runs a Python program, with nothing but these variables in its environment. */
export function python(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const settings = { env: { PATH: "/usr/bin:/bin", ...env }, encoding: "utf8", maxBuffer: 64e6 } as const;
    const child = execFile(program("python"), [...args], settings, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, signal: child.signalCode, stdout, stderr }),
    );
  });
}
