/** Terraform with the real provider oracle/oci, against a tenancy in memory. */
import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { literal } from "../../constructs/lab/literal.ts";
import type { Attributes } from "../../sandbox/plugin/resource.ts";
import type { Api } from "../sandbox/oci/client.ts";
import { liveOci } from "./live-oci.ts";
import { program } from "./workshop.ts";

const VERSION = "8.28.0";

export interface Ran {
  readonly code: number | null;
  /** What it printed, both ways. */
  readonly told: string;
}

export interface OciTerraform {
  readonly api: Api;
  /** Writes the root module: resources by type and name. */
  configure(resources: Readonly<Record<string, Readonly<Record<string, Attributes>>>>): void;
  run(...args: readonly string[]): Promise<Ran>;
  end(): Promise<void>;
}

export async function ociTerraform(): Promise<OciTerraform> {
  const { api, env: live, end } = await liveOci();
  const folder = join(api.home, "terraform");
  mkdirSync(folder);
  const overrides = `provider_installation { dev_overrides { "oracle/oci" = "${dirname(program("oci"))}" } }\n`;
  writeFileSync(join(api.home, "terraform.rc"), overrides);
  const env = {
    PATH: process.env["PATH"],
    TF_CLI_CONFIG_FILE: join(api.home, "terraform.rc"),
    TF_IN_AUTOMATION: "1",
    CHECKPOINT_DISABLE: "1",
    ...live,
  };
  return {
    api,
    configure(resources) {
      const terraform = { required_providers: { oci: { source: "oracle/oci", version: VERSION } } };
      // Nothing in it is a reference.
      const said = (_name: string, value: unknown): unknown => (typeof value === "string" ? literal(value) : value);
      writeFileSync(join(folder, "main.tf.json"), JSON.stringify({ terraform, resource: resources }, said, 1));
    },
    run: (...args) =>
      new Promise((resolve) => {
        const child = execFile(
          program("terraform"),
          args,
          { cwd: folder, env, encoding: "utf8", maxBuffer: 64e6 },
          (_error, stdout, stderr) => resolve({ code: child.exitCode, told: `${stdout}${stderr}` }),
        );
      }),
    async end() {
      rmSync(folder, { recursive: true });
      await end();
    },
  };
}
