/** What bpg/proxmox does on a host by SSH: snippets that it uploads, and disks that it imports (`file_id`). */
import ssh2, { type Client as SshClient, type SFTPWrapper } from "ssh2";
import { addOwnHost } from "../../../sandbox/proxmox/model/own-hosts.ts";
import { listenSsh, type SshPort } from "../../../sandbox/ssh/index.ts";
import { endpointFrom } from "../../../sandbox/systems/endpoints.ts";
import type { Store } from "../../../sandbox/world/store.ts";
import { type Client, rootClient } from "../proxmox/client.ts";
import { worldWith } from "../proxmox/world.ts";

/** The commands of proxmox/ssh/client.go and proxmoxtf/resource/vm/disk/disk.go, 0.112.0. */
const TRY_SUDO =
  '_try_sudo_check(){ if [ -z "${_try_sudo_cached:-}" ]; then _try_sudo_use_sudo="${TRY_SUDO_USE_SUDO:-0}"; _try_sudo_cached=1; fi; }; ' +
  'try_sudo(){ _try_sudo_check; if [ "$_try_sudo_use_sudo" = "1" ]; then sudo "$@"; else "$@"; fi; }';
const PROBE =
  'if [ "$(id -u)" = "0" ]; then echo "0"; elif [ $(sudo -n /usr/sbin/pvesm apiinfo 2>&1 | grep "APIVER" | wc -l) -gt 0 ] ' +
  '|| sudo -n /usr/sbin/qm --help >/dev/null 2>&1; then echo "1"; else echo "0"; fi';

const bash = (commands: readonly string[]): string => `/bin/bash -c '${commands.join("; ").replaceAll("'", `'"'"'`)}'`;

const importCommands = (fileId: string, vmid: number, options = "discard=on"): readonly string[] => [
  "export TRY_SUDO_USE_SUDO=0",
  "set -e",
  TRY_SUDO,
  `file_id=${fileId}`,
  "file_format=qcow2",
  "datastore_id_target=local-lvm",
  `vm_id=${vmid}`,
  `disk_options=${options}`,
  "disk_interface=scsi0",
  "source_image=$(try_sudo /usr/sbin/pvesm path $file_id)",
  "imported_disk=$(try_sudo /usr/sbin/qm disk import $vm_id $source_image $datastore_id_target -format $file_format | grep unused0 | cut -d : -f 3 | cut -d \\' -f 1)",
  "disk_id=${datastore_id_target}:$imported_disk,$disk_options",
  "try_sudo /usr/sbin/qm set $vm_id -${disk_interface} $disk_id",
];

let world: Store;
let api: Client;
let port: SshPort;
let ssh: SshClient;

function logIn(password: string): Promise<SshClient> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    client.once("ready", () => resolve(client)).on("error", reject);
    client.connect({ host: "127.0.0.1", port: port.port, username: "root", password });
  });
}

beforeEach(async () => {
  world = worldWith();
  const { rootPassword, address } = addOwnHost(
    world,
    { name: "home", cpus: 8, memoryGb: 32, diskGb: 500 },
    { api: 1, ssh: 2 },
  );
  api = await rootClient(world, "home", rootPassword);
  await api.does("PUT", "storage/local", { content: "backup,import,iso,snippets,vztmpl" });
  port = await listenSsh(world, address, endpointFrom);
  ssh = await logIn(rootPassword);
});
afterEach(() => {
  ssh.end();
  port.close();
  api.close();
});

function run(command: string, input: string | Buffer = ""): Promise<{ readonly code: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    ssh.exec(command, (error, channel) => {
      if (error) {
        reject(error);
        return;
      }
      let text = "";
      let code = -1;
      channel.on("data", (chunk: Buffer) => (text += chunk.toString()));
      channel.once("exit", (exit: number) => (code = exit));
      channel.once("close", () => resolve({ code, text }));
      channel.end(input);
    });
  });
}

function sftp(): Promise<SFTPWrapper> {
  return new Promise((resolve, reject) => {
    ssh.sftp((error, session) => (error ? reject(error) : resolve(session)));
  });
}

const volumes = async (): Promise<unknown> => api.get("nodes/home/storage/local/content");

describe("bpg/proxmox on a host", () => {
  it("logs in with root's password, and with no other", async () => {
    await expect(logIn("wrong")).rejects.toThrow("All configured authentication methods failed");
  });

  it("finds out that root needs no sudo", async () => {
    expect(await run(bash([PROBE]))).toEqual({ code: 0, text: "0\n" });
  });

  it("imports a disk from a downloaded file, which the machine then has and starts from", async () => {
    const file = { content: "iso", filename: "debian-13.img", url: "https://cloud.example.com/debian-13.qcow2" };
    await api.does("POST", "nodes/home/storage/local/download-url", file);
    await api.does("POST", "nodes/home/qemu", { vmid: 100, name: "vm" });
    const { code, text } = await run(bash(importCommands("local:iso/debian-13.img", 100)));
    expect([code, text]).toEqual([
      0,
      expect.stringContaining("update VM 100: -scsi0 local-lvm:vm-100-disk-0,discard=on"),
    ]);
    await api.does("PUT", "nodes/home/qemu/100/resize", { disk: "scsi0", size: "20G" });
    const config = Object(await api.get("nodes/home/qemu/100/config"));
    expect(config.scsi0).toBe("local-lvm:vm-100-disk-0,discard=on,size=20G");
    expect(config.unused0).toBeUndefined();
    await api.does("POST", "nodes/home/qemu/100/status/start");
  });

  it("hears in PVE's words what is not there, and goes no further", async () => {
    await api.does("POST", "nodes/home/qemu", { vmid: 100, name: "vm" });
    const missing = await run(bash(importCommands("local:iso/no.img", 100)));
    expect([missing.code, missing.text]).toEqual([255, "volume 'local:iso/no.img' does not exist\n"]);
    expect(await api.get("nodes/home/storage/local-lvm/content")).toEqual([]);
  });

  it("uploads a snippet through tee, and finds it with its size", async () => {
    const snippet = "#cloud-config\npackages: [qemu-guest-agent]\n# it's ä\n";
    const tee = ["export TRY_SUDO_USE_SUDO=0", TRY_SUDO, "try_sudo /usr/bin/tee /var/lib/vz/snippets/user.yaml"];
    expect((await run(bash(tee), snippet)).code).toBe(0);
    expect(await volumes()).toMatchObject([
      { volid: "local:snippets/user.yaml", content: "snippets", format: "snippet", size: Buffer.from(snippet).length },
    ]);
    const session = await sftp();
    const size = await new Promise((resolve, reject) => {
      session.open("/var/lib/vz/snippets/user.yaml", "r", (failed, handle) => {
        if (failed) reject(failed);
        else session.fstat(handle, (error, stats) => (error ? reject(error) : resolve(stats.size)));
      });
    });
    expect(size).toBe(Buffer.from(snippet).length);
    // bpg's client waits for the channel to be closed.
    const closed = new Promise((resolve) => session.once("close", resolve));
    session.once("error", () => undefined);
    await new Promise<void>((resolve, reject) => {
      session.chmod("/var/lib/vz/snippets/user.yaml", 0o644, (error) => (error ? reject(error) : resolve()));
    });
    session.end();
    await closed;
  });

  it("uploads by SFTP alone, and deletes by the API", async () => {
    const session = await sftp();
    const image = Buffer.alloc(200_000, 7);
    await new Promise<void>((resolve, reject) => {
      session.writeFile("/var/lib/vz/import/x.qcow2", image, (error) => (error ? reject(error) : resolve()));
    });
    expect(await volumes()).toMatchObject([{ volid: "local:import/x.qcow2", content: "import", size: 200_000 }]);
    await api.does("DELETE", "nodes/home/storage/local/content/local:import/x.qcow2");
    expect(await volumes()).toEqual([]);
  });

  it("maps the ids of a container in its configuration, and takes what was there away", async () => {
    const template = "alpine-3.22-default_20250617_amd64.tar.xz";
    await api.does("POST", "nodes/home/aplinfo", { storage: "local", template });
    const form = { vmid: 200, ostemplate: `local:vztmpl/${template}`, rootfs: "local-lvm:1" };
    await api.does("POST", "nodes/home/lxc", form);
    const file = "/etc/pve/lxc/200.conf";
    const map = (...lines: readonly string[]) => [
      "set -e",
      TRY_SUDO,
      `try_sudo sed -i '/^lxc\\.idmap:/d' ${file}`,
      `echo '${lines.join("\n")}' | try_sudo tee -a ${file} > /dev/null`,
    ];
    expect((await run(bash(map("lxc.idmap: u 0 100000 44")))).code).toBe(0);
    expect((await run(bash(map("lxc.idmap: u 0 100000 65536", "lxc.idmap: g 0 100000 65536")))).code).toBe(0);
    expect(await api.get("nodes/home/lxc/200/config")).toMatchObject({
      lxc: [
        ["lxc.idmap", "u 0 100000 65536"],
        ["lxc.idmap", "g 0 100000 65536"],
      ],
    });
  });

  it("writes nothing outside of storages", async () => {
    const { code, text } = await run(bash(["/usr/bin/tee /etc/passwd"]), "x");
    expect([code, text]).toEqual([1, "tee: /etc/passwd: the sandbox keeps files of storages alone\n"]);
  });

  it("finds no program that is not played", async () => {
    expect(await run("apt-get update")).toEqual({
      code: 127,
      text: "bash: apt-get: the sandbox's shell does not have it\n",
    });
  });
});

it("a guest of another image has the agent that a snippet installs, and without that none", async () => {
  const file = { content: "iso", filename: "debian-13.img", url: "https://cloud.example.com/debian-13.qcow2" };
  await api.does("POST", "nodes/home/storage/local/download-url", file);
  await run(
    "/bin/bash -c '/usr/bin/tee /var/lib/vz/snippets/user.yaml'",
    "#cloud-config\npackages: [qemu-guest-agent]\n",
  );
  const config = { agent: 1, net0: "virtio,bridge=vmbr0", ipconfig0: "ip=dhcp", ide2: "local-lvm:cloudinit" };
  for (const [vmid, more] of [
    [100, {}],
    [101, { cicustom: "user=local:snippets/user.yaml" }],
  ] as const) {
    await api.does("POST", "nodes/home/qemu", { vmid, name: "vm", ...config, ...more });
    await run(bash(importCommands("local:iso/debian-13.img", vmid)));
    await api.does("POST", `nodes/home/qemu/${vmid}/status/start`);
  }
  const asked = (vmid: number) => api.call("GET", `nodes/home/qemu/${vmid}/agent/network-get-interfaces`);
  expect((await asked(100)).reason).toContain("QEMU guest agent is not running");
  expect(Object((await asked(101)).data).result).toMatchObject([
    { name: "lo" },
    { name: "eth0", "ip-addresses": [{ "ip-address": "192.168.1.101" }] },
  ]);
});
