/** Unmodified Terraform and OpenTofu against the daemon: what the unit tests of plans and services add up to. */
import { execFile, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { openSandbox, type Sandbox } from "../../../../sandbox/client.ts";
import { labConfig, type LabVariant } from "./stack.ts";

const run = promisify(execFile);
const tools = ["terraform", "tofu"].filter((tool) => spawnSync(tool, ["version"]).status === 0);

/** A folder to plan and apply in, with a sandbox of its own. */
class Workspace {
  readonly dir = mkdtempSync(join(tmpdir(), "ampere-lab-oci-"));
  readonly #tool: string;
  #sandbox: Sandbox | null = null;

  constructor(tool: string) {
    this.#tool = tool;
    writeFileSync(join(this.dir, "terraformrc"), "");
  }

  async sandbox(): Promise<Sandbox> {
    this.#sandbox ??= await openSandbox({ labHome: this.dir, idleMinutes: 1 });
    return this.#sandbox;
  }

  async env(): Promise<NodeJS.ProcessEnv> {
    const { env } = await this.sandbox();
    return { ...process.env, ...env, TF_CLI_CONFIG_FILE: join(this.dir, "terraformrc"), TF_IN_AUTOMATION: "1" };
  }

  write(config: object): void {
    writeFileSync(join(this.dir, "main.tf.json"), JSON.stringify(config));
  }

  async tf(...args: string[]): Promise<string> {
    const { stdout } = await run(this.#tool, args, { cwd: this.dir, env: await this.env() });
    return stdout;
  }

  /** What a plan would do, by address; empty when nothing. */
  async changes(): Promise<Readonly<Record<string, string>>> {
    await this.tf("plan", "-input=false", "-out=plan");
    const plan = JSON.parse(await this.tf("show", "-json", "plan"));
    const all: readonly { address: string; change: { actions: readonly string[] } }[] = plan.resource_changes ?? [];
    const real = all.filter(({ change }) => !["no-op", "read"].includes(change.actions.join(" ")));
    return Object.fromEntries(real.map(({ address, change }) => [address, change.actions.join(" ")]));
  }

  apply(): Promise<string> {
    return this.tf("apply", "-input=false", "plan");
  }

  state(): { readonly resources: readonly { readonly type: string }[] } {
    return JSON.parse(readFileSync(join(this.dir, "terraform.tfstate"), "utf8"));
  }

  async close(): Promise<void> {
    await this.#sandbox?.stop();
    rmSync(this.dir, { recursive: true });
  }
}

const either =
  tools.length > 0 ? describe.each(tools) : describe.skip.each(["skipped: neither terraform nor tofu is on PATH"]);

either("%s", (tool) => {
  let space: Workspace;
  beforeEach(() => {
    space = new Workspace(tool);
  });
  afterEach(() => space.close());

  it("deploys, changes, replaces, imports and destroys a whole OCI stack", async () => {
    const plan = async (variant: LabVariant) => {
      space.write(labConfig(variant));
      return space.changes();
    };
    space.write(labConfig());
    await space.tf("init", "-input=false");
    expect(Object.values(await space.changes())).toEqual(Array(20).fill("create"));
    await space.apply();
    expect(await space.changes()).toEqual({});

    const changed = { hostName: "pve-one", ocpus: 2, open: true };
    expect(await plan(changed)).toEqual({
      "oci_core_default_security_list.closed": "update",
      "oci_core_instance.host": "update",
    });
    await space.apply();
    expect(await space.changes()).toEqual({});

    expect(await plan({ ...changed, hostAddress: "10.0.0.12" })).toEqual({
      "oci_core_instance.host": "delete create",
      "oci_network_load_balancer_backend.host": "delete create",
    });
    await space.apply();

    const lost = "oci_network_load_balancer_backend.host";
    await space.tf("state", "rm", lost);
    const items = await (await space.sandbox()).inventory();
    const found = items.find(({ type }) => type === "oci_network_load_balancer_backend");
    await space.tf("import", "-input=false", lost, found?.id ?? "");
    expect(await space.changes()).toEqual({});

    await space.tf("destroy", "-input=false", "-auto-approve");
    expect(await (await space.sandbox()).inventory()).toEqual([]);
  }, 30_000);

  it("shows a service's refusal with its reason and the attribute it is about", async () => {
    space.write(labConfig({ hostAddress: "10.9.0.11" }));
    await space.tf("init", "-input=false");
    const failed = space.tf("apply", "-input=false", "-auto-approve", "-json");
    const error: unknown = await failed.then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({
      stdout: expect.stringContaining("400-InvalidParameter, Private IP address 10.9.0.11 is not valid in subnet"),
    });
    expect(error).toMatchObject({ stdout: expect.stringContaining('"address":"oci_core_instance.host"') });
  }, 20_000);

  it("keeps what was created for a caller that did not live to hear of it", async () => {
    process.env.SANDBOX_LATENCY_MS = "60000";
    const sandbox = await space.sandbox().finally(() => delete process.env.SANDBOX_LATENCY_MS);
    const { env } = sandbox;
    space.write({
      terraform: { required_providers: { oci: { source: "oracle/oci", version: "8.28.0" } } },
      resource: { oci_core_vcn: { lab: { compartment_id: env.TF_VAR_tenancy_ocid, cidr_blocks: ["10.0.0.0/16"] } } },
    });
    await space.tf("init", "-input=false");
    const child = spawn(tool, ["apply", "-input=false", "-auto-approve"], { cwd: space.dir, env: await space.env() });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    while ((await sandbox.inventory()).length === 0) await new Promise(setImmediate);
    child.kill("SIGKILL");
    await ended;
    expect(await sandbox.inventory()).toMatchObject([{ type: "oci_core_vcn" }]);
    const saved = JSON.parse(readFileSync(join(space.dir, ".sandbox", "world.json"), "utf8"));
    expect(saved.oci.vcns).toHaveLength(1);
  }, 20_000);
});
