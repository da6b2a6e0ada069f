/** Programs in the place of Packer and QEMU, for tests of all that is around them. build.sh is the real one. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { processesWith } from "../../cli/clients/processes.ts";
import { type Finished, type Running, startNode } from "../cli/running.ts";

const LAB = join(__dirname, "../../cli/bin/lab.js");

/**
 * Prints what Packer would, starts a "guest" that runs until it is ended, and does what FAKE_PACKER says:
 * `build` (the default), `large`, whose checksums take a while, `fail`, `early`, before QEMU starts, or `hang`, as a guest
 * does that never answers.
 */
const PACKER = `#!/bin/bash
case $1 in
  --version) echo "\${FAKE_PACKER_VERSION:-1.6.6}"; exit ;;
  plugins) [ ! -e "$FAKE_TOOLS/plugin" ] || echo "$FAKE_TOOLS/plugins/github.com/hashicorp/qemu/packer-plugin-qemu_v1.1.4_x5.0_linux_amd64"; exit ;;
  init) echo "init $2" >>"$FAKE_TOOLS/inits"; [ "\${FAKE_NETWORK:-up}" = up ] || { echo "Error: no route to the plugin" >&2; exit 1; }; touch "$FAKE_TOOLS/plugin"; exit ;;
esac
for argument; do case $argument in output=*) output=\${argument#*=} ;; versions=*) versions=\${argument#*=} ;; console=*) console=\${argument#*=} ;; esac; done
printf '%s\\n' "$@" >"$FAKE_TOOLS/arguments"
cp -r "$(for argument; do case $argument in seed=*) echo "\${argument#*=}" ;; esac; done)" "$FAKE_TOOLS/"
[ "\${FAKE_PACKER:-build}" != early ] || { echo "Error: qemu.image: the source has another checksum"; exit 1; }
mkdir -p "$output"
echo "2026-01-01T00:00:00Z: ==> qemu.image: Starting VM, booting disk image"
printf 'boot\\r\\nDebian GNU/Linux 13 ttyAMA0\\r\\n' >"$console"
case \${FAKE_PACKER:-build} in
  fail) echo "==> qemu.image: Timeout waiting for SSH."; rm -rf "$output"; exit 1 ;;
  hang)
    qemu-system-aarch64 "$output" & guest=$!
    trap 'kill $guest; rm -rf "$output"; exit 1' INT TERM
    echo "==> qemu.image: Waiting for SSH to become available..."
    wait ;;
esac
echo "==> qemu.image: Provisioning with shell script: /x/provision/30-boot.sh"
echo disk >"$output/disk.qcow2"
[ "\${FAKE_PACKER:-build}" != large ] || truncate -s 8G "$output/disk.qcow2"
echo '{ "debian": "13.1" }' >"$versions"
`;

/**
 * Waits, as a guest does; it ends with the folder too, so that a failed test leaves nothing behind. Asked for an accelerator
 * it does what FAKE_ACCELERATOR says: `works` (the default), `silent`, as a nested KVM that runs nothing, or `missing`.
 */
const QEMU = `#!/bin/bash
case " $* " in
  *" -accel "*)
    case \${FAKE_ACCELERATOR:-works} in
      works) for argument; do case $argument in file:*) echo "UEFI firmware" >"\${argument#file:}" ;; esac; done ;;
      missing) echo "Could not access KVM kernel module: No such file or directory" >&2; echo "qemu-system-aarch64: failed to initialize kvm" >&2; exit 1 ;;
    esac ;;
esac
while [ -d "$FAKE_TOOLS" ]; do sleep 0.1; done
`;

export class FakeTools {
  readonly folder = mkdtempSync(join(tmpdir(), "ampere-fake-"));
  readonly artifacts = join(this.folder, "artifacts");
  readonly source = join(this.folder, "cloud.qcow2");

  constructor() {
    mkdirSync(join(this.folder, "bin"));
    mkdirSync(join(this.folder, "tmp"));
    const nothing = "#!/bin/sh\n";
    const guests = { "qemu-system-aarch64": QEMU, "qemu-system-x86_64": QEMU };
    const tools = { packer: PACKER, ...guests, "qemu-img": nothing, xorriso: nothing };
    for (const [name, text] of Object.entries(tools))
      writeFileSync(join(this.folder, "bin", name), text, { mode: 0o755 });
    writeFileSync(this.source, "a cloud image");
    writeFileSync(join(this.folder, "firmware.fd"), "");
  }

  env(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
    return {
      PATH: `${join(this.folder, "bin")}:/usr/local/bin:/usr/bin:/bin`,
      HOME: this.folder,
      LAB_HOME: this.folder,
      TMPDIR: join(this.folder, "tmp"),
      UEFI_FIRMWARE: join(this.folder, "firmware.fd"),
      FAKE_TOOLS: this.folder,
      ...more,
    };
  }

  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
    return startNode(LAB, ["images", ...args], { cwd: this.folder, env: this.env(env) });
  }

  build(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Finished> {
    return this.start(["build", "base", "--runner", "local", "--source", this.source, ...args], env).finished;
  }

  /** A build that goes on until it is ended. */
  unfinished(what: "hang" | "large"): Running {
    return this.start(["build", "base", "--runner", "local", "--source", this.source], { FAKE_PACKER: what });
  }

  /** What Packer was called with. */
  arguments(): readonly string[] {
    return readFileSync(join(this.folder, "arguments"), "utf8").trim().split("\n");
  }

  read(...parts: readonly string[]): string {
    return readFileSync(join(this.folder, ...parts), "utf8");
  }

  /** Files and folders that a build may leave: finished ones are without a dot. */
  left(): readonly string[] {
    // A file that the kernel may hold a lock on is never removed.
    const builds = existsSync(this.artifacts)
      ? readdirSync(this.artifacts).filter((name) => name !== ".lock.held")
      : [];
    return [...builds, ...readdirSync(join(this.folder, "tmp")).filter((name) => name.startsWith("image-build-"))];
  }

  guests(): number {
    return processesWith(join(this.artifacts, ".unfinished-")).length;
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
