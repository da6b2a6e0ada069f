/** Talos's own Go library against the lab: its configurations, and the sandbox's machines. */
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type LabInput, PRESET_NAMES } from "../../config/index.ts";
import { sandboxFiles } from "../../sandbox/daemon/files.ts";
import { factsOf } from "../../sandbox/talos/model/config/facts.ts";
import { clientConfigurationSchema } from "../../sandbox/talos/model/config/secrets.ts";
import type { TestLab } from "../e2e/lab.ts";
import { needing, program, providerLab } from "./workshop.ts";

const MODULE = join(__dirname, "../../tools/talos");
/** The first build of the library takes minutes. */
const MINUTES = 60_000;

const appliedSchema = z.object({
  node: z.string(),
  endpoint: z.string(),
  machine_configuration: z.string(),
  client_configuration: clientConfigurationSchema,
});
type Applied = z.infer<typeof appliedSchema>;

const stateSchema = z.object({
  resources: z.array(z.object({ type: z.string(), instances: z.array(z.object({ attributes: z.unknown() })) })),
});

/** What `talos_machine_configuration_apply` gave to each machine. */
function appliedIn(lab: TestLab): readonly Applied[] {
  const state = stateSchema.parse(
    JSON.parse(readFileSync(join(lab.home, ".sandbox", "state", "talos.tfstate"), "utf8")),
  );
  return state.resources
    .filter(({ type }) => type === "talos_machine_configuration_apply")
    .flatMap(({ instances }) => instances.map(({ attributes }) => appliedSchema.parse(attributes)));
}

function machineOf({ node, endpoint, machine_configuration: configuration }: Applied) {
  const { hostname, role } = factsOf(configuration, node);
  return { name: hostname, node, endpoint, controlPlane: role === "control-plane", configuration };
}

/** Where a tunnel leads to the API server. */
function kubernetesPort(lab: TestLab): number {
  const { tunnels } = z
    .object({ tunnels: z.array(z.object({ localPort: z.number(), target: z.object({ port: z.number() }) })) })
    .parse(JSON.parse(readFileSync(sandboxFiles(lab.home).world, "utf8")));
  const tunnel = tunnels.find(({ target }) => target.port === 6443);
  if (!tunnel) throw new Error("the lab has no tunnel to the API server");
  return tunnel.localPort;
}

const eventSchema = z.object({ Action: z.string(), Test: z.string().optional(), Output: z.string().optional() });

interface Tested {
  /** `pass`, `fail` or `skip` of each test, by name. */
  readonly results: Readonly<Record<string, string>>;
  readonly output: string;
}

function goTest(labFile: string): Promise<Tested> {
  const settings = { cwd: MODULE, env: { ...process.env, TALOS_TEST_LAB: labFile }, maxBuffer: 64e6 };
  return new Promise((resolve) => {
    execFile(program("go"), ["test", "-json", "-count=1", "."], settings, (_error, stdout, stderr) => {
      const events = stdout
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => eventSchema.parse(JSON.parse(line)));
      const ended = events.filter(({ Action, Test }) => Test !== undefined && /^(pass|fail|skip)$/.test(Action));
      resolve({
        results: Object.fromEntries(ended.map(({ Action, Test = "" }) => [Test, Action])),
        output: events.map(({ Output = "" }) => Output).join("") + stderr,
      });
    });
  });
}

const NODE = { vcpus: 1, memoryMb: 6144, diskGb: 100 };
/** Labs with what presets leave open. */
const OWN: Readonly<Record<string, Partial<LabInput>>> = {
  cilium: {
    preset: "direct-pair",
    kubernetes: {
      cni: "cilium",
      inlineManifests: { monitoring: "apiVersion: v1\nkind: Namespace\nmetadata: { name: monitoring }\n" },
      nodes: [
        { ...NODE, name: "cp-1", role: "control-plane" },
        {
          ...NODE,
          name: "worker-1",
          role: "worker",
          labels: { "example.org/disk": "local" },
          taints: { "example.org/for": "builds:NoSchedule" },
          volumes: { data: 40 },
        },
      ],
    },
    talos: {
      patches: [
        { patch: { machine: { sysctls: { "vm.max_map_count": "262144" } } } },
        { for: ["cp-1"], patch: { apiVersion: "v1alpha1", kind: "WatchdogTimerConfig", device: "/dev/watchdog0" } },
      ],
    },
  },
};

needing("terraform", "go").describe("Talos's own library", () => {
  const configurations: Record<string, string> = {};
  let lab: TestLab;
  let tested: Tested;

  async function deployed(name: string, input: Partial<LabInput>): Promise<TestLab> {
    const made = await providerLab("terraform", input);
    const { code, stderr } = await made.cdktf("deploy", "--auto-approve");
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    for (const machine of appliedIn(made).map(machineOf)) {
      configurations[`${name}/${machine.name}`] = machine.configuration;
    }
    return made;
  }

  beforeAll(async () => {
    for (const preset of PRESET_NAMES)
      for (const cni of ["flannel", "cilium", "none"] as const)
        await (await deployed(`${preset}-${cni}`, { preset, kubernetes: { cni } })).end();
    for (const [name, input] of Object.entries(OWN)) await (await deployed(name, input)).end();
    lab = await deployed("free", { preset: "free" });
    const [first] = appliedIn(lab);
    if (!first) throw new Error("no machine was configured");
    const { ca_certificate: ca, client_certificate: cert, client_key: key } = first.client_configuration;
    const file = join(lab.home, "talos-machinery.json");
    const kubernetes = `127.0.0.1:${kubernetesPort(lab)}`;
    const machines = appliedIn(lab).map(machineOf);
    writeFileSync(file, JSON.stringify({ configurations, machines, kubernetes, ca, cert, key }));
    tested = await goTest(file);
  }, 15 * MINUTES);
  afterAll(() => lab.end());

  const expectPassed = (test: string): void => {
    const found = Object.entries(tested.results).filter(([name]) => name === test || name.startsWith(`${test}/`));
    const bad = found.filter(([, result]) => result !== "pass");
    expect({ bad, output: bad.length > 0 || found.length === 0 ? tested.output : "" }).toEqual({ bad: [], output: "" });
  };

  it("takes every machine configuration of every preset with every network plugin, without a warning", () => {
    expect(Object.keys(configurations).length).toBeGreaterThan(3);
    for (const name of Object.keys(configurations))
      expect(tested.results).toHaveProperty([`TestConfigurations/${name}`]);
    expectPassed("TestConfigurations");
  });

  it("joins machines in maintenance mode, applies, bootstraps once, and lists the nodes with its kubeconfig", () => {
    expectPassed("TestCluster");
  });
});
