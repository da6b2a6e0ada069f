/** What a machine needs to build images by itself: programs, and the parts of them that other packages bring. */
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pathVariable, pathVariables } from "../../config/user-path.ts";

interface Tool {
  /** Any one of them does. */
  readonly programs: readonly string[];
  /** Null where it depends on the release: see PACKER. */
  readonly debianPackage: string | null;
}

const NEEDED: readonly Tool[] = [
  { programs: ["packer"], debianPackage: null },
  { programs: ["qemu-system-aarch64"], debianPackage: "qemu-system-arm ipxe-qemu qemu-efi-aarch64" },
  { programs: ["qemu-img"], debianPackage: "qemu-utils" },
  // What Packer makes the seed with; macOS has hdiutil.
  { programs: ["xorriso", "mkisofs", "hdiutil"], debianPackage: "xorriso" },
  { programs: ["ssh-keygen"], debianPackage: "openssh-client" },
];

/** Debian 13 has no package of it any more. */
const PACKER =
  "Packer: apt install packer on Debian 12, Homebrew's hashicorp/tap/packer, HashiCorp's own packages elsewhere, or nix develop";

/** UEFI for arm64 guests, in the places where packer/build.sh looks for it. */
export const FIRMWARE = [
  "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd",
  "/usr/share/AAVMF/AAVMF_CODE.fd",
  "/usr/share/edk2/aarch64/QEMU_EFI.fd",
  "/opt/homebrew/share/qemu/edk2-aarch64-code.fd",
  "/usr/local/share/qemu/edk2-aarch64-code.fd",
];

function onPath(program: string, path: string): boolean {
  return path.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Variables by which a user names files to packer/build.sh and to Packer; neither expands a `~`. */
const PATHS = ["UEFI_FIRMWARE", "PACKER_CACHE_DIR", "PACKER_CONFIG_DIR"];

/** What packer/build.sh is started in. @throws UserPathError for a variable that names no path */
export function buildEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, ...pathVariables(env, PATHS) };
}

/** What is wrong with the firmware, for people; null where there is one. One that is named is never passed over. */
function firmwareProblem(env: NodeJS.ProcessEnv): string | null {
  const own = pathVariable(env, "UEFI_FIRMWARE");
  if (own !== undefined) return existsSync(own) ? null : `UEFI_FIRMWARE: got ${own}, allowed a file that is there`;
  if (FIRMWARE.some((file) => existsSync(file))) return null;
  return "no UEFI firmware for arm64 guests (Debian: apt install qemu-efi-aarch64; elsewhere UEFI_FIRMWARE names the file)";
}

/** What this machine lacks to build images, for people; null when it has all. @throws UserPathError */
export function missingForLocal(env: NodeJS.ProcessEnv = process.env): string | null {
  const path = env["PATH"] ?? "";
  const missing = NEEDED.filter(({ programs }) => !programs.some((program) => onPath(program, path)));
  if (missing.length > 0) {
    const programs = missing.map((tool) => tool.programs[0]).join(", ");
    const packages = missing.flatMap(({ debianPackage }) => debianPackage ?? []);
    const advice = [
      ...(packages.length > 0 ? [`Debian: apt install ${packages.join(" ")}`] : []),
      ...(missing.some(({ debianPackage }) => debianPackage === null) ? [PACKER] : []),
    ];
    return `not on PATH: ${programs} (${advice.join("; ")})`;
  }
  return firmwareProblem(env);
}

/** Whether a Packer of this version brings QEMU's builder with it: all before 1.10 do, and Debian's 1.6.6 is one. */
export function bringsPlugin(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < 1 || (major === 1 && minor < 10);
}
