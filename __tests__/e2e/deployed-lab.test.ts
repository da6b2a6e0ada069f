import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { z } from "zod";
import type { Finding } from "../../cli/ui/findings.ts";
import { openOci } from "../../cli/clients/oci.ts";
import { parseState } from "../../cli/engine/state/state.ts";
import { TestLab } from "./lab.ts";

jest.setTimeout(120_000);

const kubernetes = {
  nodes: [
    { name: "cp-1", role: "control-plane", vcpus: 2, memoryMb: 3072, diskGb: 20 },
    { name: "worker-1", role: "worker", vcpus: 2, memoryMb: 2048, diskGb: 20 },
  ],
} as const;

let lab: TestLab;
beforeAll(async () => {
  lab = await TestLab.create({ kubernetes });
  const { code, stderr } = await lab.cdktf("deploy", "--auto-approve");
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
});
afterAll(() => lab.end());
afterEach(async () => {
  await (await lab.sandbox()).clearFaults();
});

const document = z.object({
  ok: z.boolean(),
  findings: z.array(
    z.object({
      name: z.string(),
      status: z.enum(["ok", "warn", "fail"]),
      found: z.string(),
      advice: z.string().nullable(),
    }),
  ),
});

async function validate(): Promise<{ readonly code: number | null; readonly findings: readonly Finding[] }> {
  const { code, stdout } = await lab.lab("validate", "cluster", "--json");
  return { code, findings: document.parse(JSON.parse(stdout)).findings };
}
const failures = (findings: readonly Finding[]): readonly string[] =>
  findings.filter(({ status }) => status === "fail").map(({ name, found }) => `${name}: ${found}`);

/** The account's own API, with the sandbox's key. */
async function account() {
  const env = { ...(await (await lab.sandbox()).real()).oci };
  return openOci({
    region: "eu-frankfurt-1",
    signIn: { auth: "profile", profile: "DEFAULT" },
    env,
    signal: new AbortController().signal,
  });
}

describe("npx lab status", () => {
  it("shows a deployed lab as it is, and then what is not well", async () => {
    const well = await lab.lab("status", "--json");
    expect(JSON.parse(well.stdout)).toMatchObject({
      ok: true,
      stacks: [{ state: "deployed" }, { state: "deployed" }, { state: "deployed" }],
      hosts: [{ name: "pve-1", state: "running" }],
      nodes: [
        {
          name: "cp-1",
          state: "ready",
          kubernetes: expect.stringMatching(/^1\./),
          talos: expect.stringMatching(/^1\./),
        },
        { name: "worker-1", state: "ready" },
      ],
      page: expect.stringMatching(/^http:/),
      attention: [],
    });
    const sandbox = await lab.sandbox();
    await sandbox.addFault({ what: "unready", node: "worker-1" });
    const unready = await lab.lab("status");
    expect([unready.code, unready.stdout]).toEqual([1, expect.stringMatching(/^ +worker-1 +not ready +worker/m)]);
    await sandbox.addFault({ what: "down", host: "pve-1" });
    const down = await lab.lab("status");
    expect(down.stdout).toMatch(/^hosts +pve-1 +down/m);
    expect(down.stdout).toMatch(/^fail +host +pve-1 does not answer; to do: npx lab doctor --boot pve-1 --sandbox/m);
  });
});

describe("the ways to a host", () => {
  it("are a shell by the lab's own key, which ends as its command does", async () => {
    // A lone host is in no cluster, which the command says by its exit code.
    const alone = await lab.lab("ssh", "pve-1", "--", "corosync-quorumtool -s");
    expect([alone.code, alone.stdout]).toEqual([2, expect.stringMatching(/^Quorate: +No$/m)]);
    expect((await lab.lab("ssh", "pve-1", "--", "fly")).code).toBe(127);
  });

  it("are the address of its web UI, which opens nothing where it is only printed", async () => {
    const { code, stdout } = await lab.lab("open", "proxmox", "--print");
    expect([code, stdout]).toEqual([0, `https://127.0.0.1:${(lab.access?.basePort ?? 0) + 1}/\n`]);
  });
});

describe("npx lab validate cluster", () => {
  it("finds a lab well that was just deployed, and says what it could not look at", async () => {
    const { code, stdout } = await lab.lab("validate", "cluster");
    expect(code).toBe(0);
    expect(stdout.replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:…").split("\n")).toEqual([
      expect.stringMatching(
        /^ok {4}certificates +kubeconfig until [\d-]+, talosconfig until [\d-]+; a deploy in the last/,
      ),
      expect.stringMatching(
        /^ok {4}API by tunnel {2}https:\/\/127\.0\.0\.1:… answers, v[\d.]+, with the cluster's own/,
      ),
      "ok    nodes          cp-1 and worker-1: all Ready, and all that the config names",
      expect.stringMatching(/^ok {4}Kubernetes {5}v[\d.]+: the API server and 2 kubelets, as configured$/),
      expect.stringMatching(/^ok {4}DNS .*CoreDNS has 2 of 2 replicas, kube-dns 2 endpoints; no name was looked up/),
      expect.stringMatching(/^warn {2}volumes .*there is no StorageClass, and the lab brings none; to do: /),
      expect.stringMatching(/^ok {4}Talos {10}v[\d.]+ on 2 machines, as configured$/),
      "ok    etcd           1 member, no alarm; cp-1 leads",
      "ok    disks          cp-1 20 GB and worker-1 20 GB",
      expect.stringMatching(/^ok {4}API by NLB {5}the certificate holds 192\.0\.2\.\d+; nobody went there/),
      "ok    open ports     the account lets in by the plan's 7 rules, and by no other",
      expect.stringMatching(/^ok {4}port scan {6}of no address/),
      "",
    ]);
  });

  it("names a node that is not ready, and exits with 1", async () => {
    await (await lab.sandbox()).addFault({ what: "unready", node: "worker-1" });
    const { code, findings } = await validate();
    expect([code, failures(findings)]).toEqual([
      1,
      ["nodes: worker-1 is not Ready: Kubelet stopped posting node status."],
    ]);
  });

  it("names what the config has otherwise: a version, a machine, a member of etcd", async () => {
    const plane = { role: "control-plane", vcpus: 2, memoryMb: 2048, diskGb: 20 } as const;
    const nodes = [
      { ...plane, name: "cp-1" },
      { ...plane, name: "cp-2" },
      { ...plane, name: "cp-3" },
    ];
    lab.configure({ versions: { kubernetes: "1.37.0" }, kubernetes: { nodes } });
    const { code, findings } = await validate();
    lab.configure({ versions: {}, kubernetes });
    expect(code).toBe(1);
    const failed = failures(findings);
    expect(failed).toContain("nodes: cp-2 has not joined");
    expect(failed).toContain("nodes: worker-1 is none of the config's");
    expect(failed).toContainEqual(
      expect.stringMatching(/^Kubernetes: the API server is v[\d.]+, the config says v1\.37\.0$/),
    );
    expect(failed).toContain("etcd: cp-3 is no member: cp-1 lists cp-1");
  });

  it("says of an etcd that does not answer which machine it is", async () => {
    const fault = { kind: "status", status: 503, message: "etcd is not running" } as const;
    await (await lab.sandbox()).addFault({ what: "call", interface: "talos", method: "Etcd*", times: 0, fault });
    const { code, findings } = await validate();
    expect([code, failures(findings)]).toEqual([1, ["etcd: cp-1 does not answer: etcd is not running"]]);
  });

  it("says of an API server that hangs up one thing, and that the rest was not looked at", async () => {
    await (await lab.sandbox()).addFault({ what: "call", interface: "kubernetes", times: 0, fault: { kind: "reset" } });
    const { code, findings } = await validate();
    expect(code).toBe(1);
    expect(failures(findings)).toEqual([
      expect.stringMatching(/^API by tunnel: https:\/\/127\.0\.0\.1:\d+: socket hang up$/),
      expect.stringMatching(/^API by NLB: .*socket hang up$/),
    ]);
    expect(findings.filter(({ found }) => found === "not looked at").map(({ name }) => name)).toEqual([
      "nodes",
      "Kubernetes",
      "DNS",
      "volumes",
    ]);
  });

  it("fails where the API server's certificate does not hold the address that the kubeconfig names", async () => {
    const file = join(lab.home, ".sandbox", "state", "talos.tfstate");
    const state = readFileSync(file, "utf8");
    writeFileSync(file, state.replaceAll(/https:\/\/192\.0\.2\.\d+:6443/g, "https://192.0.2.250:6443"));
    const { findings } = await validate();
    writeFileSync(file, state);
    expect(failures(findings)).toEqual([
      expect.stringMatching(/^API by NLB: https:\/\/192\.0\.2\.250:6443: .*192\.0\.2\.250 is not in the cert/),
    ]);
  });

  it("says that the account did not let us look at its rules", async () => {
    const fault = { kind: "status", status: 404, code: "NotAuthorizedOrNotFound", message: "No." } as const;
    await (await lab.sandbox()).addFault({ what: "call", interface: "oci", times: 0, fault });
    expect(failures((await validate()).findings)).toEqual([
      "open ports: /20160918/networkSecurityGroups/…/securityRules: 404 NotAuthorizedOrNotFound, No.",
    ]);
  });

  it("names a rule that the plan does not know", async () => {
    const oci = await account();
    const rule = {
      direction: "INGRESS",
      protocol: "6",
      source: "0.0.0.0/0",
      sourceType: "CIDR_BLOCK",
      tcpOptions: { destinationPortRange: { min: 8006, max: 8007 } },
    };
    const state = parseState(readFileSync(join(lab.home, ".sandbox/state/oci.tfstate"), "utf8"), "oci");
    const [hosts] = state.resources.filter(({ attributes }) => attributes["display_name"] === "test-lab-hosts");
    const actions = `/20160918/networkSecurityGroups/${hosts?.id}/actions`;
    const added = z.object({ securityRules: z.array(z.object({ id: z.string() })) });
    const { securityRules } = await oci.post(
      "network",
      `${actions}/addSecurityRules`,
      { securityRules: [rule] },
      added,
    );
    const { code, findings } = await validate();
    const securityRuleIds = securityRules.map(({ id }) => id);
    await oci.post("network", `${actions}/removeSecurityRules`, { securityRuleIds }, z.null());
    expect([code, failures(findings)]).toEqual([
      1,
      ["open ports: hosts: tcp 8006-8007 from 0.0.0.0/0, which the plan does not know"],
    ]);
  });
});

describe("what the account tells", () => {
  it("stands beside config and state in npx lab limits", async () => {
    const { stdout } = await lab.lab("limits", "--json");
    const { account, limits } = JSON.parse(stdout);
    expect(account).toBe("sandbox");
    const used = limits.map((row: { name: string; account: unknown }) => [row.name, row.account]);
    expect(Object.fromEntries(used)).toMatchObject({
      a1Ocpus: { used: 2, allowed: 2 },
      volumeGb: { used: 150, allowed: 200 },
      vcns: { used: 1, allowed: 2 },
      natGateways: null,
    });
  });

  it("says to npx lab capacity where there is room, and exits with 1 where the config wants some and there is none", async () => {
    const { code, stdout } = await lab.lab("capacity");
    const lines = [1, 2, 3].flatMap((domain) =>
      ["any fault domain", "FAULT-DOMAIN-1  ", "FAULT-DOMAIN-2  ", "FAULT-DOMAIN-3  "].map((place) => {
        const mark = domain === 1 && place.startsWith("any") ? "  \\(the config's\\)" : "";
        return expect.stringMatching(
          new RegExp(`^\\w+:EU-FRANKFURT-1-AD-${domain}  ${place}  pve-1, 2 OCPU and 12 GB: AVAILABLE${mark}$`),
        );
      }),
    );
    expect([code, stdout.trim().split("\n")]).toEqual([0, lines]);
    const sandbox = await lab.sandbox();
    const statuses = async (): Promise<readonly unknown[]> => {
      const { code, stdout } = await lab.lab("capacity", "--json");
      const { capacity } = JSON.parse(stdout);
      return [code, capacity.slice(0, 4).map((each: { status: string }) => each.status)];
    };
    const [full, free] = ["OUT_OF_HOST_CAPACITY", "AVAILABLE"];
    await sandbox.addFault({ what: "capacity", availabilityDomain: "*AD-1", faultDomain: "FAULT-DOMAIN-1" });
    expect(await statuses()).toEqual([0, [free, full, free, free]]);
    await sandbox.addFault({ what: "capacity", availabilityDomain: "*AD-1" });
    expect(await statuses()).toEqual([1, [full, full, full, full]]);
  });

  it("is a warning of npx lab doctor where a policy does not let us ask", async () => {
    const fault = { kind: "status", status: 404, code: "NotAuthorizedOrNotFound", message: "No." } as const;
    await (await lab.sandbox()).addFault({ what: "call", interface: "oci", times: 0, fault });
    const { stdout } = await lab.lab("doctor", "--json");
    const { findings } = document.parse(JSON.parse(stdout));
    expect(findings.filter(({ found }) => found.startsWith("not permitted"))).toEqual([
      {
        name: "account",
        status: "warn",
        found: "not permitted: /20160918/tenancies/…/regionSubscriptions: 404 NotAuthorizedOrNotFound, No.",
        advice: "a policy has to let your user read this",
      },
      expect.objectContaining({ name: "service limits", status: "warn" }),
    ]);
  });
});

/** Plays ssh: what a tunnel leads to is at the sandbox's own end of it, as `ends.json` says. */
const FAKE_SSH = `#!${process.execPath}
const { readFileSync } = require("node:fs");
const { connect, createServer } = require("node:net");
const ends = JSON.parse(readFileSync(__dirname + "/ends.json", "utf8"));
for (const [i, arg] of process.argv.entries()) {
  if (arg !== "-L") continue;
  // Behind the near end, which is a port of 127.0.0.1, or a socket's path.
  const [target, address, near] = process.argv[i + 1].split(":").reverse();
  createServer((socket) => {
    const far = connect(ends[address + ":" + target], "127.0.0.1");
    for (const each of [socket, far]) each.on("error", () => { socket.destroy(); far.destroy(); });
    socket.pipe(far).pipe(socket);
  }).listen(/^\\d+$/.test(near) ? { port: Number(near), host: "127.0.0.1" } : near);
}
`;
/** Loopback too, and nobody's: where the real lab's hosts are said to be. */
const NOWHERE = "127.9.9.9";

/** A real lab, by its state, of which the sandbox plays what is at the far ends: account, hosts, machines. */
async function realLab(): Promise<TestLab> {
  const bin = join(lab.home, "bin-of-the-real-lab");
  mkdirSync(bin);
  const facts = JSON.parse(readFileSync(join(lab.home, "cdktf.out", "lab.json"), "utf8"));
  const ends = z
    .array(z.object({ localPort: z.number(), target: z.object({ address: z.string(), port: z.number() }) }))
    .parse(facts.tunnels)
    .map(({ localPort, target }) => [`${target.address}:${target.port}`, localPort]);
  writeFileSync(join(bin, "ends.json"), JSON.stringify(Object.fromEntries(ends)));
  writeFileSync(join(bin, "ssh"), FAKE_SSH, { mode: 0o755 });
  const { oci } = await (await lab.sandbox()).real();
  const real = await TestLab.create(
    { kubernetes },
    { ...oci, LAB_SANDBOX: "0", PATH: `${bin}${delimiter}${process.env["PATH"]}` },
  );
  mkdirSync(join(real.home, ".lab", "state"), { recursive: true });
  cpSync(join(lab.home, ".sandbox", "secrets.json"), join(real.home, ".lab", "secrets.json"));
  for (const stack of ["oci", "proxmox", "talos"]) {
    const text = readFileSync(join(lab.home, ".sandbox", "state", `${stack}.tfstate`), "utf8");
    writeFileSync(join(real.home, ".lab", "state", `${stack}.tfstate`), text.replaceAll(/192\.0\.2\.\d+/g, NOWHERE));
  }
  return real;
}

describe("npx lab validate cluster, of a real lab,", () => {
  it("goes by tunnels of its own, asks the account with the user's key, and tries what is public", async () => {
    const real = await realLab();
    try {
      const { code, stdout } = await real.lab("validate", "cluster", "--json");
      const { findings } = document.parse(JSON.parse(stdout));
      const elsewhere = findings.filter(({ name }) => name !== "port scan");
      expect([code, elsewhere.map(({ name, status }) => `${status} ${name}`)]).toEqual([
        1,
        [
          "ok certificates",
          "ok API by tunnel",
          "ok nodes",
          "ok Kubernetes",
          "ok DNS",
          "warn volumes",
          "ok Talos",
          "ok etcd",
          "ok disks",
          "fail API by NLB",
          "ok open ports",
        ],
      ]);
      expect(failures(elsewhere)).toEqual([
        expect.stringMatching(new RegExp(`^API by NLB: https://${NOWHERE}:6443: (connect ECONNREFUSED|no answer)`)),
      ]);
      // Whatever this machine has open there answers, and nobody else.
      for (const { name, found } of findings.filter((each) => each.name === "port scan"))
        expect(`${name}: ${found}`).toMatch(
          new RegExp(`^port scan: (pve-1|the load balancer) \\(${NOWHERE}\\): port `),
        );
    } finally {
      await real.end();
    }
  });
});

describe("npx lab tunnel, in the sandbox,", () => {
  it("runs a command whose kubeconfig and talosconfig lead through the tunnels, and ends with its exit code", async () => {
    const script = 'grep -h 127.0.0.1 "$KUBECONFIG" "$TALOSCONFIG"; echo "$KUBECONFIG"; exit 7';
    const { code, stdout } = await lab.lab("tunnel", "--", "sh", "-c", script);
    const [server = "", endpoint = "", file = ""] = stdout.split("\n");
    expect([code, server.trim(), endpoint.trim()]).toEqual([
      7,
      expect.stringMatching(/^server: https:\/\/127\.0\.0\.1:\d+$/),
      expect.stringMatching(/^- 127\.0\.0\.1:\d+$/),
    ]);
    expect(existsSync(file)).toBe(false);
  });

  it("says what listens where, and that it is open anyway, until it is interrupted", async () => {
    const running = lab.startLab("tunnel", "kubernetes", "cp-1");
    expect(await running.saw(/it stays awake until Ctrl-C/)).toBe(true);
    running.child.kill("SIGINT");
    const { code, stdout } = await running.ended;
    expect([code, stdout.trim().split("\n")]).toEqual([
      0,
      [
        expect.stringMatching(/^127\.0\.0\.1:\d+ {2}kubernetes {2}10\.20\.0\.5:6443, by way of pve-1$/),
        expect.stringMatching(/^127\.0\.0\.1:\d+ {2}talos cp-1 {2}10\.20\.0\.11:50000, by way of pve-1$/),
      ],
    ]);
  });

  it("ends when the sandbox does", async () => {
    const running = lab.startLab("tunnel", "--json");
    expect(await running.saw(/"tunnels"/)).toBe(true);
    await (await lab.sandbox()).stop();
    expect(await running.ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("the sandbox has ended, and its tunnels with it"),
    });
  });
});

describe("a lab that nobody touches for 400 days", () => {
  const passed = async (days: number): Promise<void> => {
    const sandbox = await lab.sandbox();
    await sandbox.clearFaults();
    await sandbox.addFault({ what: "clock", seconds: days * 86_400 });
  };
  const certificates = (findings: readonly Finding[]) => findings.find(({ name }) => name === "certificates");

  it("is told before it is locked out, and let in again by a deploy", async () => {
    await passed(330);
    expect(certificates((await validate()).findings)).toMatchObject({ status: "ok" });
    await passed(340);
    const ending = await validate();
    expect([ending.code, certificates(ending.findings)]).toEqual([
      0,
      expect.objectContaining({ status: "warn", advice: "npx cdktf deploy --sandbox renews it" }),
    ]);
    await passed(400);
    const ended = await validate();
    expect([ended.code, failures(ended.findings)]).toEqual([
      1,
      [expect.stringMatching(/^certificates: kubeconfig ended on \d{4}-\d\d-\d\d, talosconfig ended on /)],
    ]);
    const locked = await lab.lab("kubeconfig");
    expect([locked.code, locked.stderr]).toEqual([1, expect.stringMatching(/ended on .*deploy --sandbox/)]);
    const { code, stderr } = await lab.cdktf("deploy", "proxmox", "talos", "--auto-approve");
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    const renewed = await validate();
    expect([renewed.code, certificates(renewed.findings)]).toEqual([0, expect.objectContaining({ status: "ok" })]);
    expect((await lab.cdktf("diff", "proxmox", "talos")).code).toBe(0);
  });
});

describe("npx lab validate cluster, of a lab that is not deployed,", () => {
  it("says so in one line, and how it is", async () => {
    const other = await TestLab.create();
    try {
      const { code, stderr } = await other.lab("validate", "cluster");
      expect(code).toBe(1);
      expect(stderr.trim().split("\n").at(-1)).toBe(
        "oci is not deployed, so there is nothing to look at: npx cdktf deploy --sandbox",
      );
    } finally {
      await other.end();
    }
  });
});
