/** proxmoxer, the Python client of PVE's API, walks the sandbox. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addOwnHost } from "../../sandbox/proxmox/model/own-hosts.ts";
import { PASSWORD, worldWith } from "../sandbox/proxmox/world.ts";
import { type Client, rootClient } from "../sandbox/proxmox/client.ts";
import { baseLab } from "../sandbox/proxmox/lab.ts";
import { CALLS } from "./proxmoxer-calls.ts";
import { hasShapes, wrongShape } from "./pve-shapes.ts";
import { needing, python } from "./workshop.ts";

const HEAD = `
import json, os, time
from proxmoxer import ProxmoxAPI

def log_in(**how):
    return ProxmoxAPI("127.0.0.1", port=int(os.environ["PORT"]), verify_ssl=False, **how)

def wait(node, upid):
    while True:
        status = node.tasks(upid).status.get()
        if status["status"] == "stopped":
            return status["exitstatus"]
`;

needing("python").describe("proxmoxer", () => {
  let api: Client;
  let port: number;
  beforeAll(async () => {
    const { world } = await baseLab({ template: true });
    api = await rootClient(world);
    port = api.port;
  });
  afterAll(() => api.close());

  async function says(script: string, env: Readonly<Record<string, string>> = {}): Promise<unknown> {
    const quiet = { PYTHONWARNINGS: "ignore" };
    const { code, stdout, stderr } = await python(["-c", HEAD + script], { PORT: String(port), ...quiet, ...env });
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  }

  it("logs in and walks nodes, storages, machines and the network", async () => {
    const script = `
pve = log_in(user="root@pam", password=os.environ["PASSWORD"])
node = pve.nodes(pve.nodes.get()[0]["node"])
print(json.dumps({
    "version": pve.version.get()["release"],
    "status": node.status.get()["cpuinfo"]["cpus"],
    "storages": sorted(each["storage"] for each in node.storage.get()),
    "files": [each["volid"] for each in node.storage("local").content.get()],
    "machines": [(each["vmid"], each["name"], each["template"]) for each in node.qemu.get()],
    "kvm": node.qemu(901).config.get()["kvm"],
    "vnets": [each["vnet"] for each in pve.cluster.sdn.vnets.get()],
    "subnets": [each["cidr"] for each in pve.cluster.sdn.vnets("guests").subnets.get()],
    "resources": sorted({each["type"] for each in pve.cluster.resources.get()}),
    "pool": [each["vmid"] for each in pve.pools("lab").get()["members"]],
}))`;
    expect(await says(script, { PASSWORD })).toEqual({
      version: "9.2",
      status: 2,
      storages: ["guests", "local"],
      files: ["local:import/talos-1.13.9-nocloud-arm64.qcow2"],
      machines: [[901, "talos-pve-1", 1]],
      kvm: 0,
      vnets: ["guests"],
      subnets: ["10.20.0.0/24"],
      resources: ["node", "pool", "qemu", "sdn", "storage"],
      pool: [901],
    });
  });

  it("creates, clones, starts and deletes machines", async () => {
    const script = `
pve = log_in(user="root@pam", password=os.environ["PASSWORD"])
node = pve.nodes("pve-1")
vmid = int(pve.cluster.nextid.get())
done = [wait(node, node.qemu.create(vmid=vmid, name="by-hand", memory=512, scsi0="guests:4"))]
done.append(wait(node, node.qemu(901).clone.create(newid=vmid + 1, full=1)))
done.append(wait(node, node.qemu(vmid + 1).status.start.post()))
running = node.qemu(vmid + 1).status.current.get()["status"]
done.append(wait(node, node.qemu(vmid + 1).status.stop.post()))
done += [wait(node, node.qemu(each).delete()) for each in (vmid, vmid + 1)]
print(json.dumps({"done": done, "running": running, "left": [each["vmid"] for each in node.qemu.get()]}))`;
    expect(await says(script, { PASSWORD })).toEqual({
      done: ["OK", "OK", "OK", "OK", "OK", "OK"],
      running: "running",
      left: [901],
    });
  });

  it("comes in with an API token too, and may then what the token may", async () => {
    const script = `
pve = log_in(user="root@pam", password=os.environ["PASSWORD"])
value = pve.access.users("root@pam").token("walk").create(privsep=1)["value"]
pve.access.acl.put(path="/vms", roles="PVEAuditor", tokens="root@pam!walk")
walk = log_in(user="root@pam", token_name="walk", token_value=value)
seen = [each["vmid"] for each in walk.nodes("pve-1").qemu.get()]
try:
    walk.nodes("pve-1").qemu(901).config.put(cores=2)
except Exception as error:
    print(json.dumps({"seen": seen, "refused": error.status_code, "why": error.content}))`;
    expect(await says(script, { PASSWORD })).toEqual({
      seen: [901],
      refused: 403,
      why: expect.stringContaining("Permission check failed (/vms/901, VM.Config."),
    });
  });

  it("is told what is wrong with a parameter, and that there is no such machine", async () => {
    const script = `
pve = log_in(user="root@pam", password=os.environ["PASSWORD"])
def why(call):
    try:
        call()
    except Exception as error:
        return [error.status_code, error.content, error.errors]
print(json.dumps([
    why(lambda: pve.nodes("pve-1").qemu.create(vmid=100, cores="two")),
    why(lambda: pve.nodes("pve-1").qemu(555).config.get()),
]))`;
    expect(await says(script, { PASSWORD })).toEqual([
      [400, "Parameter verification failed.", { cores: "type check ('integer') failed - got 'two'" }],
      [500, "Configuration file 'nodes/pve-1/qemu-server/555.conf' does not exist", null],
    ]);
  });

  it("is refused with a wrong password", async () => {
    const script = `
try:
    log_in(user="root@pam", password="wrong")
except Exception as error:
    print(json.dumps([type(error).__name__, str(error)]))`;
    expect(await says(script)).toEqual([
      "AuthenticationError",
      expect.stringContaining("Couldn't authenticate user: root@pam"),
    ]);
  });
});

/** Makes every call in turn; a task is waited for. What is refused is told with status, content and errors. */
const ALL = `
from proxmoxer.core import ResourceException
pve = log_in(user="root@pam", password=os.environ["PASSWORD"])
node = pve.nodes("pve")
image = open(os.environ["IMAGE"], "rb")
last = None
answers = []
for each in json.loads(os.environ["CALLS"]):
    answer = {}
    try:
        answer["value"] = eval(each)
        if isinstance(answer["value"], str) and answer["value"].startswith("UPID:"):
            last = answer["value"]
            answer["ended"] = wait(node, last) if ":vncproxy:" not in last else "OK"
    except ResourceException as error:
        answer["refused"] = {"status": error.status_code, "content": error.content, "errors": error.errors}
    answers.append(answer)
print(json.dumps(answers))`;

interface Answer {
  readonly value?: unknown;
  readonly ended?: string;
  readonly refused?: unknown;
}

needing("python").describe("proxmoxer's calls over the whole API", () => {
  const answers: Answer[] = [];
  beforeAll(async () => {
    const world = worldWith();
    const { rootPassword } = addOwnHost(world, { name: "pve", cpus: 8, memoryGb: 32, diskGb: 500 }, { api: 1, ssh: 2 });
    const { port, close } = await rootClient(world, "pve", rootPassword);
    const folder = mkdtempSync(join(tmpdir(), "ampere-lab-proxmoxer-"));
    const image = join(folder, "disc.iso");
    writeFileSync(image, "nothing");
    const env = { PASSWORD: rootPassword, IMAGE: image, CALLS: JSON.stringify(CALLS.map(({ does }) => does)) };
    const { code, stdout, stderr } = await python(["-c", HEAD + ALL], {
      PORT: String(port),
      PYTHONWARNINGS: "ignore",
      ...env,
    });
    close();
    rmSync(folder, { recursive: true });
    if (code !== 0) throw new Error(stderr);
    answers.push(...JSON.parse(stdout));
  });

  it.each(CALLS.map((each, index) => ({ ...each, index })))("answers $does", ({ call, answers: wanted, index }) => {
    const { value, ended, refused } = answers[index] ?? {};
    expect(refused ?? ended ?? value).toEqual(wanted);
    if (hasShapes && refused === undefined) expect(wrongShape(call, value)).toEqual([]);
  });
});
