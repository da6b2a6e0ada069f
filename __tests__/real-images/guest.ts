/** A virtual machine that boots an image as OCI does: UEFI with pristine variables, a larger disk, cloud-init. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { closeSync, copyFileSync, mkdirSync, openSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface GuestProps {
  /** Its host name, and its instance's id. */
  readonly name: string;
  /** The image; it is never written to. */
  readonly disk: string;
  readonly diskGb: number;
  /** An empty folder for its own disk, key and console. */
  readonly folder: string;
  /** A cloud-config beside the key. @default - none */
  readonly cloudConfig?: Readonly<Record<string, unknown>>;
  /** Third number of its network, 10.0.N.0/24, in which it is 10.0.N.15. @default 2 */
  readonly network?: number;
}

const FIRMWARE = "/usr/share/AAVMF/AAVMF_CODE.fd";
/** QEMU's virt machine takes flash of exactly this size. */
const FLASH_BYTES = 64 << 20;
const POLL_MS = 2000;
/** An emulated guest may need half of that to open a session. */
const PROBE_MS = 120_000;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port was given");
  return address.port;
}

/** Ampere A1's core, on the machine's own if it is an arm64 with KVM. */
function processor(): readonly string[] {
  if (process.arch === "arm64") {
    try {
      closeSync(openSync("/dev/kvm", "r+"));
      return ["-accel", "kvm", "-cpu", "host"];
    } catch {
      // Emulated, then.
    }
  }
  return ["-accel", "tcg,thread=multi", "-cpu", "neoverse-n1"];
}

export class Guest {
  readonly #props: GuestProps;
  readonly #port: number;
  readonly #qemu: ChildProcess;

  private constructor(props: GuestProps, port: number, qemu: ChildProcess) {
    this.#props = props;
    this.#port = port;
    this.#qemu = qemu;
  }

  /** Boots, and waits until cloud-init has ended. */
  static async boot(props: GuestProps): Promise<Guest> {
    const { name, disk, diskGb, folder, network = 2 } = props;
    const file = (...parts: readonly string[]): string => join(folder, ...parts);
    mkdirSync(file("seed"), { recursive: true });
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "image-test", "-f", file("key")]);
    const cloudConfig = { disable_root: false, ssh_pwauth: false, users: [], ...props.cloudConfig };
    const root = { name: "root", ssh_authorized_keys: [readFileSync(file("key.pub"), "utf8").trim()] };
    writeFileSync(file("seed", "meta-data"), JSON.stringify({ "instance-id": name, "local-hostname": name }));
    writeFileSync(file("seed", "user-data"), `#cloud-config\n${JSON.stringify({ ...cloudConfig, users: [root] })}\n`);
    const seed = ["-as", "genisoimage", "-quiet", "-rock", "-joliet", "-volid", "cidata", "-output", file("seed.iso")];
    execFileSync("xorriso", [...seed, file("seed")], { stdio: "ignore" });
    execFileSync("qemu-img", ["create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", disk, file("disk"), `${diskGb}G`]);
    copyFileSync(FIRMWARE, file("firmware"));
    writeFileSync(file("variables"), "");
    for (const flash of ["firmware", "variables"]) truncateSync(file(flash), FLASH_BYTES);
    const port = await freePort();
    const log = openSync(file("qemu.log"), "w");
    const devices = [
      `-serial file:${file("console")}`,
      `-drive if=pflash,format=raw,unit=0,readonly=on,file=${file("firmware")}`,
      `-drive if=pflash,format=raw,unit=1,file=${file("variables")}`,
      `-drive if=none,id=root,discard=unmap,file=${file("disk")}`,
      "-device virtio-scsi-pci",
      "-device scsi-hd,drive=root",
      `-drive if=virtio,media=cdrom,readonly=on,format=raw,file=${file("seed.iso")}`,
      "-device virtio-rng-pci",
      "-device virtio-net-pci,netdev=net",
      `-netdev user,id=net,net=10.0.${network}.0/24,hostfwd=tcp:127.0.0.1:${port}-:22`,
    ].flatMap((option) => option.split(" "));
    const machine = [
      "-name",
      `image-test-${name}`,
      "-machine",
      "virt",
      ...processor(),
      "-smp",
      "2",
      "-m",
      "2048",
      "-display",
      "none",
    ];
    const qemu = spawn("qemu-system-aarch64", [...machine, "-monitor", "none", ...devices], {
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    const guest = new Guest(props, port, qemu);
    await guest.#untilUp();
    return guest;
  }

  /** What the guest has printed on its serial console. */
  console(): string {
    return readFileSync(join(this.#props.folder, "console"), "utf8");
  }

  /** Runs a script as root. @returns what it printed on stdout @throws Error when it fails, with what it said */
  async run(script: string): Promise<string> {
    const { code, stdout, stderr } = await this.#ssh(script);
    if (code !== 0) throw new Error(`${this.#props.name}: exit code ${code}: ${stdout}${stderr}`);
    return stdout;
  }

  async #ssh(
    script: string,
    timeoutMs = 0,
  ): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
    const settings = [
      "StrictHostKeyChecking=no",
      "UserKnownHostsFile=/dev/null",
      "LogLevel=ERROR",
      "ConnectTimeout=20",
      "ServerAliveInterval=15",
    ];
    const args = ["-p", String(this.#port), "-i", join(this.#props.folder, "key"), "-o", "IdentitiesOnly=yes"];
    const child = spawn("ssh", [...args, ...settings.flatMap((each) => ["-o", each]), "root@127.0.0.1", "bash -s"], {
      timeout: timeoutMs,
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    // A guest that is not up yet hangs up before it has read the script.
    child.stdin.on("error", () => undefined);
    child.stdin.end(script);
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve({ code, stdout, stderr }));
    });
  }

  async #untilUp(): Promise<void> {
    for (;;) {
      this.#assertRuns();
      // A connection from before sshd was there may hang for good.
      if ((await this.#ssh("true", PROBE_MS)).code === 0) break;
      await sleep(POLL_MS);
    }
    await this.#ssh("cloud-init status --wait");
  }

  #assertRuns(): void {
    const { exitCode, signalCode } = this.#qemu;
    if (exitCode === null && signalCode === null) return;
    const log = readFileSync(join(this.#props.folder, "qemu.log"), "utf8");
    throw new Error(`${this.#props.name}: QEMU ended (${signalCode ?? exitCode}): ${log}`);
  }

  /** Boots it again, and waits until it is up. */
  async reboot(): Promise<void> {
    const id = "cat /proc/sys/kernel/random/boot_id";
    const before = await this.run(id);
    await this.#ssh("systemctl reboot");
    for (;;) {
      this.#assertRuns();
      const { code, stdout } = await this.#ssh(id, PROBE_MS);
      if (code === 0 && stdout !== before) break;
      await sleep(POLL_MS);
    }
    await this.#untilUp();
  }

  async stop(): Promise<void> {
    if (this.#qemu.exitCode !== null || this.#qemu.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#qemu.once("exit", resolve));
    this.#qemu.kill("SIGKILL");
    await ended;
  }
}
