/** Explains why a host does not answer, by its state and its serial console. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { z } from "zod";
import { messageOf } from "../ui/errors.ts";
import { type Oci, OciError } from "./oci.ts";
import { waitUntil } from "../ui/wait.ts";

interface Silent {
  readonly name: string;
  /** OCID. */
  readonly instanceId: string;
}

/** For all that OCI is asked. */
const PATIENCE_MS = 90_000;

const instance = z.object({ lifecycleState: z.string() });

/**
 * A sentence on what OCI says of the host: that it does not run, or what its serial console shows, which is written whole
 * into `folder`. Says why where OCI does not answer; never throws.
 */
export async function explainSilence(
  { name, instanceId }: Silent,
  account: (timeout: AbortSignal) => Promise<Oci>,
  folder: string,
): Promise<string> {
  try {
    const oci = await account(AbortSignal.timeout(PATIENCE_MS));
    const { lifecycleState } = await oci.get("compute", `/20160918/instances/${instanceId}`, instance);
    if (lifecycleState === "STOPPED") return "OCI has the instance STOPPED: npx cdktf deploy oci starts it";
    if (lifecycleState !== "RUNNING") return `OCI has the instance ${lifecycleState}, and nothing runs on it`;
    const output = await consoleOf(oci, instanceId);
    const file = join(folder, `console-${name}.log`);
    writeFileSync(file, output, { mode: 0o600 });
    return `its serial console (${file}) shows: ${bootOf(output).means}`;
  } catch (error) {
    return `its serial console could not be read: ${messageOf(error)}`;
  }
}

const HISTORIES = "/20160918/instanceConsoleHistories";
/** What OCI keeps at most (CaptureConsoleHistory). */
const LENGTH = 1_048_576;

const POLL_MS = 1000;
const HISTORY_MS = 60_000;

const history = z.object({ id: z.string(), lifecycleState: z.string() });

async function captured(account: Oci, id: string, pollMs: number): Promise<void> {
  let state = "";
  const hasEnded = async (): Promise<boolean> => {
    state = (await account.get("compute", `${HISTORIES}/${id}`, history)).lifecycleState;
    return state === "SUCCEEDED" || state === "FAILED";
  };
  await waitUntil(hasEnded, { pollMs, patienceMs: HISTORY_MS });
  if (state !== "SUCCEEDED") throw new OciError("OCI did not capture it", null);
}

/**
 * What an instance has written to its serial console, of which OCI keeps the last megabyte; the oldest first. The capture
 * that it takes is deleted again.
 *
 * @throws OciError in one line
 */
export async function consoleOf(account: Oci, instanceId: string, pollMs: number = POLL_MS): Promise<string> {
  const { id } = await account.post("compute", HISTORIES, { instanceId }, history);
  try {
    await captured(account, id, pollMs);
    return await account.text("compute", `${HISTORIES}/${id}/data?length=${LENGTH}`);
  } finally {
    // It costs nothing, and a host that does not answer is trouble enough.
    await account.remove("compute", `${HISTORIES}/${id}`).catch(() => undefined);
  }
}

/** Where the kernel of Arm begins to speak; what comes before is the firmware's, or an earlier boot's. */
const KERNEL = /Booting Linux on physical CPU|EFI stub: /g;

const IMAGE = '"A host that does not boot" in docs/troubleshooting.md says what to do';

/** In the order that they are looked for in: what fails late leaves the signs of what went well before it. */
const SIGNS: readonly { readonly sign: RegExp; readonly means: string; readonly booted?: true }[] = [
  {
    sign: /UEFI Interactive Shell|^Shell>/m,
    means: `the firmware found nothing to boot and opened its UEFI shell: the image is damaged, or was imported for another firmware or architecture; ${IMAGE}`,
  },
  {
    sign: /No bootable (option|device)|Reboot and Select proper Boot device/i,
    means: `the firmware found no bootable device: the boot volume is empty or not attached as the image needs it; ${IMAGE}`,
  },
  {
    sign: /Kernel panic - not syncing/,
    means: "the kernel panicked; its last lines say at what",
  },
  {
    sign: /You are in emergency mode|Entering emergency mode|Dropping to a shell|\(initramfs\)/,
    means:
      "Linux began to boot and did not find a disk or a file system that it waits for, and is in emergency mode; its last lines say which",
  },
  {
    sign: /Failed to start .*cloud-(init|config|final)|Datasource DataSourceNone|Used fallback datasource|cloud-init\[\d+\]:.*(Traceback|ERROR)/,
    means:
      "Linux runs, and cloud-init failed: the host got neither its SSH keys nor its configuration; terminate the instance and run npx cdktf deploy oci",
  },
  {
    sign: /\[talos\] (service\[apid\]\(Running\)|machine is running and ready)/,
    means:
      "Talos runs and serves its API, so it is the way there that is shut: is your address among access.adminCidrs, and does your network let port 50000 out?",
    booted: true,
  },
  {
    sign: /\[talos\] .*apply-config --insecure/,
    means:
      "Talos booted without a configuration, and whoever reaches its port 50000 first can give it one: terminate the instance and run npx cdktf deploy oci",
  },
  {
    sign: /\[talos\] controller failed .*config\.AcquireController/,
    means:
      "Talos refuses the configuration of its user data, and its last lines say why: correct talos.patches, and terminate the instance",
  },
  {
    sign: /^\S+ login:/m,
    means:
      "the host has booted up to its login, so it is the way there that is shut: is your address among access.adminCidrs, and does your network let port 22 out?",
    booted: true,
  },
];

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1)?.trim() ?? "";
}

/** What became of a boot. */
export interface Boot {
  /** Up to where it lets people in; null: it may still get there. */
  readonly booted: boolean | null;
  /** A sentence. */
  readonly means: string;
}

/**
 * What became of the last boot: OCI has an instance RUNNING whether or not anything boots on it.
 *
 * @param output the serial console's, the oldest first
 *
 * @example
 * bootOf("BdsDxe: loading Boot0001\nUEFI Interactive Shell v2.2\nShell>").booted; // false
 */
export function bootOf(output: string): Boot {
  // Firmware and systemd colour what they say.
  const text = stripVTControlCharacters(output).replaceAll("\r", "\n");
  if (text.trim() === "")
    return { booted: null, means: "it has said nothing: the instance has only just begun to boot, or not at all" };
  const begin = [...text.matchAll(KERNEL)].at(-1)?.index ?? 0;
  const found = SIGNS.find(({ sign }) => sign.test(text.slice(begin)));
  if (found !== undefined) return { booted: found.booted ?? false, means: found.means };
  return { booted: null, means: `it is still on its way, and said last: ${lastLine(text).slice(0, 160)}` };
}
