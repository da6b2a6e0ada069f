/** A small repository with templates, and a runner that only says it has built. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { BuildRequest, Runner } from "../../images/runners/runner.ts";

export class Repository {
  readonly root = mkdtempSync(join(tmpdir(), "ampere-lab-images-"));
  readonly artifacts = join(this.root, "artifacts");

  constructor() {
    this.write("packer/build.sh", "packer build\n");
    this.write("packer/plugins/plugins.pkr.hcl", "packer {}\n");
    this.write("packer/base/build.pkr.hcl", 'variable "a" {}\n');
    this.pin("https://cloud.debian.org/debian-13.qcow2", `sha512:${"0".repeat(128)}`);
    this.write("packer/proxmox-ampere/build.pkr.hcl", 'variable "b" {}\n');
  }

  pin(url: string, checksum: string): void {
    const source = { source_url: url, source_checksum: checksum };
    this.write("packer/base/source.pkrvars.json", JSON.stringify(source));
  }

  path(...parts: readonly string[]): string {
    return join(this.root, ...parts);
  }

  write(path: string, text: string | Buffer): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), text);
  }

  read(path: string): string {
    return readFileSync(this.path(path), "utf8");
  }

  copyTo(folder: string): void {
    cpSync(this.root, folder, { recursive: true });
  }

  dispose(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

export const VERSIONS = { debian: "13.1", "pve-manager": "9.2.7" };

export interface FakeRunner extends Runner {
  readonly requests: BuildRequest[];
}

/** Leaves a disk whose content says how often it has built. */
export function fakeRunner(before: (request: BuildRequest) => Promise<void> = async () => undefined): FakeRunner {
  const requests: BuildRequest[] = [];
  return {
    name: "local",
    requests,
    async build(request) {
      requests.push(request);
      writeFileSync(join(request.output, "disk.qcow2"), `${request.image.key} ${requests.length}`);
      writeFileSync(join(request.output, "versions.json"), JSON.stringify(VERSIONS));
      await before(request);
    },
  };
}
