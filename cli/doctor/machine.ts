/** What this machine lends to the lab: ports for the tunnels, and what its /dev/kvm is good for. */
import { accessSync, constants, existsSync } from "node:fs";
import type { LabConfig } from "../../config/schema.ts";
import type { Tunnel } from "../../topology/types.ts";
import { isFree } from "../access/tunnels.ts";
import { messageOf } from "../errors.ts";
import { fail, type Finding, ok, warn } from "./finding.ts";

/**
 * @param sandbox the lab is the sandbox's
 * @param running the sandbox of this LAB_HOME runs, and has tunnels of its own
 * @param holder process of the `lab tunnel` that holds them; null where there is none
 */
export async function ports(
  tunnels: readonly Tunnel[],
  sandbox: boolean,
  running: boolean,
  holder: number | null = null,
): Promise<readonly Finding[]> {
  const name = "tunnel ports";
  const looked = await Promise.all(
    tunnels.map(async ({ localPort }) => ({
      localPort,
      free: await isFree(localPort).catch((error: unknown) => messageOf(error)),
    })),
  );
  const taken = looked.filter(({ free }) => free !== true);
  const numbers = taken.map(({ localPort }) => localPort).join(", ");
  if (taken.length === 0) return [ok(name, `${tunnels.length} on 127.0.0.1 are free`)];
  if (holder !== null) return [ok(name, `${numbers}: taken by lab tunnel, process ${holder}, which shares them`)];
  if (sandbox && running) return [ok(name, `${numbers}: taken while this LAB_HOME's sandbox runs, which opens them`)];
  if (running)
    return [warn(name, `${numbers}: taken`, "end this LAB_HOME's sandbox if it has them: npx lab sandbox stop")];
  return [fail(name, `${numbers}: taken`, "end the program that has them, or set access.basePort to another range")];
}

/** What /dev/kvm can do here; packer/build.sh decides by the same. */
export function kvmHere(device: string, architecture: string): Finding {
  const name = "/dev/kvm";
  if (!existsSync(device)) return ok(name, "not here: images are built under emulation, which takes longer");
  if (architecture !== "arm64")
    return ok(name, `here, and no help: this machine is ${architecture}, and the lab's images are arm64`);
  try {
    accessSync(device, constants.R_OK | constants.W_OK);
    return ok(name, "opens: images are built with it");
  } catch {
    return warn(name, "is not yours to open: images are built under emulation", "join the group kvm, and log in anew");
  }
}

/** What guests of the lab run under, whatever this machine has. */
export function kvm({ virtualization }: LabConfig): readonly Finding[] {
  const guests =
    virtualization === "tcg"
      ? ok("guests", "TCG, emulated and slow: OCI's A1 instances have no /dev/kvm, whatever this machine has")
      : fail("guests", "virtualization is kvm", 'set it to "tcg": A1 instances have no /dev/kvm');
  return [kvmHere("/dev/kvm", process.arch), guests];
}
