/** Terraform with the real provider oracle/oci, against a tenancy in memory. */
import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { dirname, join } from "node:path";
import { literal } from "../../constructs/lab/literal.ts";
import { realEnvironment } from "../../sandbox/daemon/real-environment.ts";
import { openOutside } from "../../sandbox/outside/proxy.ts";
import type { Attributes } from "../../sandbox/plugin/resource.ts";
import { type Api, ociApi } from "../sandbox/oci/client.ts";
import { emptyStore } from "../sandbox/oci/tenancy.ts";
import { program } from "./workshop.ts";

const VERSION = "8.28.0";
const TICK_MS = 100;

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
  const api = await ociApi(emptyStore("pay-as-you-go"));
  // The provider waits for what takes its time.
  const ticking = setInterval(() => api.turnClock(TICK_MS), TICK_MS);
  const open = new Set<net.Socket>();
  const outside = await openOutside({
    hostNamed: (host) =>
      host.endsWith(".oraclecloud.com")
        ? (connection) => {
            const inner = net.connect(Number(new URL(api.url).port), "127.0.0.1");
            inner.on("error", () => connection.destroy());
            connection.pipe(inner).pipe(connection);
          }
        : null,
    machineAt: () => null,
    authorityFile: join(api.home, "authority.pem"),
    connected: (connection) => open.add(connection),
    log: () => undefined,
  });
  const files = { home: api.home, oci: join(api.home, "oci"), authority: join(api.home, "authority.pem") };
  const real = realEnvironment(api.store, { ociApi: api.url, outside: outside.address }, files);
  const folder = join(api.home, "terraform");
  mkdirSync(folder);
  const overrides = `provider_installation { dev_overrides { "oracle/oci" = "${dirname(program("oci"))}" } }\n`;
  writeFileSync(join(api.home, "terraform.rc"), overrides);
  const env = {
    PATH: process.env["PATH"],
    HOME: api.home,
    TF_CLI_CONFIG_FILE: join(api.home, "terraform.rc"),
    TF_IN_AUTOMATION: "1",
    CHECKPOINT_DISABLE: "1",
    ...real.all,
    ...real.oci,
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
      clearInterval(ticking);
      outside.close();
      for (const connection of open) connection.destroy();
      rmSync(folder, { recursive: true });
      await api.end();
    },
  };
}
