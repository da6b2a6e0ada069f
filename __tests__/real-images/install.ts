/** What the tests of real images need of the machine. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { missingForLocal } from "../../images/runners/local-tools.ts";
import { must } from "./run.ts";

/** Beside what builds need: a native arm64 UEFI, and what the stand-in and the stub repository are made with. */
const PACKAGES = [
  ..."packer qemu-system-arm ipxe-qemu qemu-efi-aarch64 qemu-utils xorriso openssh-client".split(" "),
  ..."mmdebstrap qemu-user-static binfmt-support arch-test e2fsprogs dosfstools mtools fdisk".split(" "),
  ..."apt-utils dpkg-dev gpg openssl python3".split(" "),
];

function isInstalled(name: string): boolean {
  const { stdout } = spawnSync("dpkg-query", ["--show", "--showformat=${db:Status-Status}", name], {
    encoding: "utf8",
  });
  return stdout === "installed";
}

/** Installs it with apt; elsewhere it has to be there. @throws Error when it is not */
export async function installTools(): Promise<void> {
  if (!existsSync("/usr/bin/apt-get")) {
    const missing = missingForLocal();
    if (missing !== null) throw new Error(`cannot test images here: ${missing}`);
    return;
  }
  const missing = PACKAGES.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  const quiet = { DEBIAN_FRONTEND: "noninteractive" };
  console.error(`installing ${missing.join(" ")}`);
  await must("apt-get", ["-qq", "update"], quiet);
  await must("apt-get", ["-qq", "install", "--no-install-recommends", ...missing], quiet);
}
