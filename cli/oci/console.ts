/** The serial console of an instance: OCI keeps the last megabyte of it, and shows it when asked for a capture. */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { type Oci, OciError } from "./client.ts";

const HISTORIES = "/20160918/instanceConsoleHistories";
/** What OCI keeps at most (CaptureConsoleHistory). */
const LENGTH = 1_048_576;

const POLL_MS = 1000;
const PATIENCE_MS = 60_000;

const history = z.object({ id: z.string(), lifecycleState: z.string() });

async function captured(account: Oci, id: string, pollMs: number): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await sleep(pollMs)) {
    const { lifecycleState } = await account.get("compute", `${HISTORIES}/${id}`, history);
    if (lifecycleState === "SUCCEEDED") return;
    if (lifecycleState === "FAILED") break;
  }
  throw new OciError("OCI did not capture it", null);
}

/**
 * What an instance has written there, the oldest first. The capture that it takes is deleted again.
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
