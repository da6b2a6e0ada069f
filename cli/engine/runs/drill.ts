/** The whole disaster, in a sandbox of its own: etcd of every control plane is lost, and comes back from a backup. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { runningSandbox } from "../../../sandbox/client.ts";
import { type KubernetesWriter, kubernetesAt, readKubeconfig } from "../../clients/kubernetes.ts";
import { exitOf } from "../../clients/processes.ts";
import { etcdKeeperAt } from "../../clients/talos-recovery.ts";
import { readTalosconfig, type TalosAdmin } from "../../clients/talos.ts";
import { CliError } from "../../ui/errors.ts";
import { list, plural } from "../../ui/words.ts";

/** What a drill needs. */
export interface DrillOptions {
  /** The lab's config; null: that of the repository. */
  readonly config: string | null;
  /** Folder of the programs `cdktf.js` and `lab.js`. */
  readonly bin: string;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** Where the steps print: with a document on stdout it has to be stderr. */
  readonly output: "stdout" | "stderr";
}

/** How a drill ended. */
export interface DrillResult {
  readonly controlPlanes: readonly string[];
  /** Names of the objects that were written before the backup, and are there again as they were. */
  readonly same: readonly string[];
  /** Those that are not, or not as they were. */
  readonly lost: readonly string[];
}

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const OBJECTS = ["drill-1", "drill-2", "drill-3"];

const statusSchema = z.object({
  nodes: z.array(z.object({ name: z.string(), role: z.string() })),
  ports: z.array(z.object({ name: z.string(), port: z.number() })),
});
const itemsSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), uid: z.string() }),
      data: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

/** The lab of the drill. */
class DrillLab {
  readonly home = mkdtempSync(join(tmpdir(), "ampere-lab-drill-"));
  readonly #options: DrillOptions;

  constructor(options: DrillOptions) {
    this.#options = options;
  }

  /** Runs one of our own commands, and shows it. @returns what it prints, with `quiet` */
  async run(program: "cdktf" | "lab", args: readonly string[], quiet = false): Promise<string> {
    const { bin, config, signal, say, output } = this.#options;
    signal.throwIfAborted();
    if (!quiet) say(`$ npx ${program} ${args.join(" ")} --sandbox`);
    const env = {
      ...process.env,
      LAB_HOME: this.home,
      LAB_SANDBOX: "1",
      ...(config !== null && { LAB_CONFIG: config }),
    };
    const stdout = quiet ? "pipe" : output === "stdout" ? "inherit" : 2;
    const child = spawn(process.execPath, [join(bin, `${program}.js`), ...args], {
      env,
      stdio: ["ignore", stdout, quiet ? "pipe" : "inherit"],
    });
    let printed = "";
    child.stdout?.on("data", (chunk: Buffer) => (printed += chunk.toString()));
    child.stderr?.resume();
    const code = await exitOf(child);
    signal.throwIfAborted();
    if (code !== 0) throw new CliError(`${program} ${args.join(" ")} ended with ${code}: the drill goes no further`);
    return printed;
  }

  async kubernetes(port: number): Promise<KubernetesWriter> {
    const file = join(this.home, "kubeconfig");
    await this.run("lab", ["kubeconfig", "--out", file], true);
    return kubernetesAt(readKubeconfig(readFileSync(file, "utf8")), { host: "127.0.0.1", port });
  }

  async admin(): Promise<TalosAdmin> {
    const file = join(this.home, "talosconfig");
    await this.run("lab", ["talosconfig", "--out", file], true);
    return readTalosconfig(readFileSync(file, "utf8"));
  }

  /** Leaves nothing running and nothing lying. */
  async end(): Promise<void> {
    await (await runningSandbox(this.home))?.stop();
    rmSync(this.home, { recursive: true, force: true });
  }
}

async function objects(kubernetes: KubernetesWriter): Promise<ReadonlyMap<string, string>> {
  const { items } = await kubernetes.get(CONFIG_MAPS, itemsSchema);
  return new Map(items.map((item) => [item.metadata.name, JSON.stringify(item)]));
}

async function loseEtcd(admin: TalosAdmin, planes: readonly string[], portOf: (name: string) => number): Promise<void> {
  for (const plane of planes) {
    const keeper = etcdKeeperAt(admin, plane, portOf(`talos ${plane}`));
    await keeper.wipe().finally(() => keeper.close());
  }
}

async function rehearse(lab: DrillLab, { say }: DrillOptions): Promise<DrillResult> {
  await lab.run("cdktf", ["deploy", "--auto-approve"]);
  const { nodes, ports } = statusSchema.parse(JSON.parse(await lab.run("lab", ["status", "--json"], true)));
  const portOf = (name: string): number => {
    const found = ports.find((each) => each.name === name);
    if (found === undefined) throw new CliError(`the lab has no port for ${name}`);
    return found.port;
  };
  const planes = nodes.filter(({ role }) => role === "control plane").map(({ name }) => name);
  const kubernetes = await lab.kubernetes(portOf("kubernetes"));
  say(`writes ${plural(OBJECTS.length, "ConfigMap")}`);
  for (const name of OBJECTS)
    await kubernetes.create(CONFIG_MAPS, { metadata: { name }, data: { written: new Date().toISOString() } });
  const before = await objects(kubernetes);
  await lab.run("lab", ["backup"]);
  say(`loses etcd of ${list(planes)}`);
  await loseEtcd(await lab.admin(), planes, portOf);
  await lab.run("lab", ["restore", "--yes"]);
  const after = await objects(kubernetes);
  const isSame = (name: string): boolean => before.has(name) && before.get(name) === after.get(name);
  return {
    controlPlanes: planes,
    same: OBJECTS.filter(isSame),
    lost: OBJECTS.filter((name) => !isSame(name)),
  };
}

/** Rehearses it with the lab of a config. @throws CliError where a step fails; Interrupted */
export async function drill(options: DrillOptions): Promise<DrillResult> {
  const lab = new DrillLab(options);
  try {
    return await rehearse(lab, options);
  } finally {
    await lab.end();
  }
}
