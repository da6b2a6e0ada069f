/** OCI attaches a capability schema to what it imports in some regions, and an image has one at most: it can be taken in. */
import { z } from "zod";
import { accountOf } from "../oci/account.ts";
import { quoted } from "../run/recover.ts";
import type { StackInfo } from "../synth/assembly.ts";
import { stateOf } from "../terraform/state.ts";
import type { Diagnostic } from "../terraform/ui.ts";
import type { Session } from "./session.ts";

const TYPE = "oci_core_compute_image_capability_schema";
const PATIENCE_MS = 20_000;

const schema = z.object({ id: z.string(), imageId: z.string() });

/** Addresses of the schemas that were refused because there is one; what else is wrong with one is for itself to say. */
function refused(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.flatMap(({ severity, summary, detail, address }) =>
    severity === "error" && address?.startsWith(`${TYPE}.`) && /\b409\b|Conflict|already/i.test(`${summary} ${detail}`)
      ? [address]
      : [],
  );
}

/** Names, after such a refusal, the option that takes in what OCI has attached. Says nothing where the account cannot be asked. */
export async function nameAttachedSchema(
  session: Session,
  info: StackInfo,
  diagnostics: readonly Diagnostic[],
): Promise<void> {
  const [address] = refused(diagnostics);
  if (address === undefined) return;
  const { resources } = await stateOf(session, session.stack(info));
  const image = resources.find(({ type }) => type === "oci_core_image")?.attributes ?? {};
  const { project, sandbox, terminal } = session;
  try {
    const account = await accountOf(project, sandbox, AbortSignal.timeout(PATIENCE_MS));
    const path = `/20160918/computeImageCapabilitySchemas?compartmentId=${image["compartment_id"]}&imageId=${image["id"]}`;
    const found = (await account.list("compute", path, schema)).find(({ imageId }) => imageId === image["id"]);
    if (found === undefined) return;
    terminal.aside(
      `To do about the capability schema: OCI has attached one to the image by itself; npx cdktf deploy ${info.name} --recover-id ${quoted(`${address}=${found.id}`)} takes it in and goes on`,
    );
  } catch {
    // The refusal itself has been told.
  }
}
