/** When a limit is met: names objects of this lab that the account has and no state knows. */
import { z } from "zod";
import type { InventoryItem } from "../../../sandbox/client.ts";
import { KINDS, type PreservedBootVolume, preservedBootVolumes, taggedIn } from "../../clients/oci-objects.ts";
import { stateOf, type StateResource } from "../state/state.ts";
import type { StackInfo } from "../synth/assembly.ts";
import { accountOf } from "../synth/oci-account.ts";
import type { Diagnostic } from "../terraform/messages.ts";
import { quoted } from "./recover.ts";
import type { Session } from "./session.ts";

const PATIENCE_MS = 20_000;
/** `400-LimitExceeded`, `400-QuotaExceeded`: by the account's limits, or by the lab's own quota. */
const NO_ROOM = /(Limit|Quota)Exceeded/;

/** Ids are ids, or paths that end in them: `pve-1/101`, `networkSecurityGroups/…/securityRules/1A2B`. */
function isCalled(item: InventoryItem, id: string): boolean {
  return item.id === id || item.id.endsWith(`/${id}`);
}

/** Whether a state holds an object. */
function isHeld(item: InventoryItem, held: readonly StateResource[]): boolean {
  return held.some(({ type, id, attributes }) => {
    if (type !== item.type) return false;
    return (id !== null && isCalled(item, id)) || Object.values(attributes).includes(item.id);
  });
}

/** The compartments that a state names; a lab of one compartment has its objects in no other. */
function compartmentsOf(held: readonly StateResource[]): readonly string[] {
  const ids = held.map(({ attributes }) => attributes["compartment_id"]);
  return [...new Set(ids.filter((id) => typeof id === "string"))];
}

/** What the sandbox or the account has of this lab, of the kinds that are looked for. @throws Error where nobody knows */
async function objectsOf(session: Session, held: readonly StateResource[]): Promise<readonly InventoryItem[]> {
  const { sandbox, project, assembly } = session;
  if (sandbox !== null) {
    const kinds = new Set(KINDS.map(({ type }) => type));
    return (await sandbox.inventory()).filter(({ type }) => kinds.has(type));
  }
  const { lab } = assembly;
  if (lab === null) return [];
  const account = await accountOf(project, null, AbortSignal.timeout(PATIENCE_MS));
  const found = await Promise.all(compartmentsOf(held).map((id) => taggedIn(account, id, lab.lab)));
  return found.flat();
}

/** The address at which an object would be taken in: the one resource of its type and name that no state holds. */
function addressFor(
  session: Session,
  info: StackInfo,
  item: InventoryItem,
  held: readonly StateResource[],
): string | null {
  const configs = Object.entries(session.stack(info).resources[item.type] ?? {});
  const named = configs
    .filter(([, config]) => config["display_name"] === item.name)
    .map(([label]) => `${item.type}.${label}`)
    .filter((address) => !held.some((resource) => resource.address === address));
  return named.length === 1 ? (named[0] ?? null) : null;
}

/** Boot volumes that hosts of this lab have left. @throws OciError in one line */
async function leftBootVolumes(
  { sandbox, project }: Session,
  hosts: readonly string[],
  held: readonly StateResource[],
): Promise<readonly PreservedBootVolume[]> {
  const account = await accountOf(project, sandbox, AbortSignal.timeout(PATIENCE_MS));
  const found = await Promise.all(compartmentsOf(held).map((id) => preservedBootVolumes(account, id, hosts)));
  return found.flat();
}

/** Names, after a refusal for want of room, what of the lab is in no state. Says nothing where the account cannot be asked. */
export async function reportUnowned(
  session: Session,
  info: StackInfo,
  diagnostics: readonly Diagnostic[],
): Promise<void> {
  const { terminal, assembly } = session;
  if (!diagnostics.some(({ summary, detail }) => NO_ROOM.test(`${summary} ${detail}`))) return;
  const states = await Promise.all(assembly.stacks.map((stack) => stateOf(session, session.stack(stack))));
  const held = states.flatMap(({ resources }) => resources);
  const hosts = Object.values(session.stack(info).resources["oci_core_instance"] ?? {}).flatMap(
    ({ display_name: name }) => (typeof name === "string" ? [name] : []),
  );
  let objects: readonly InventoryItem[];
  let volumes: readonly PreservedBootVolume[];
  try {
    objects = await objectsOf(session, held);
    volumes = await leftBootVolumes(session, hosts, held);
  } catch {
    terminal.aside(
      "To do about the limit: npx lab limits shows what the account counts; what is not the lab's takes room too",
    );
    return;
  }
  const unowned = objects.filter((item) => !isHeld(item, held));
  if (unowned.length + volumes.length === 0)
    terminal.aside(
      "To do about the limit: npx lab limits shows what the account counts; all that is this lab's is in its states",
    );
  for (const item of unowned) {
    const address = addressFor(session, info, item, held);
    const way =
      address === null
        ? "delete it in the console if it is of no use"
        : `npx cdktf deploy ${info.name} --recover-id ${quoted(`${address}=${item.id}`)} takes it in; or delete it in the console`;
    terminal.aside(
      `To do about the limit: ${item.type} ${item.name} (${item.id}) is this lab's and in no state: ${way}`,
    );
  }
  for (const { id, displayName, sizeInGBs } of volumes)
    terminal.aside(
      `To do about the limit: boot volume ${displayName} (${id}, ${sizeInGBs} GB) was kept when its instance was terminated: delete it in the console (Storage, Boot Volumes) if nothing on it is needed, then deploy again`,
    );
}

const TYPE = "oci_core_compute_image_capability_schema";
const SCHEMA_MS = 20_000;

const schema = z.object({ id: z.string(), imageId: z.string() });

/** Addresses of the schemas that were refused because there is one; what else is wrong with one is for itself to say. */
function refused(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.flatMap(({ severity, summary, detail, address }) =>
    severity === "error" && address?.startsWith(`${TYPE}.`) && /\b409\b|Conflict|already/i.test(`${summary} ${detail}`)
      ? [address]
      : [],
  );
}

/**
 * OCI attaches a capability schema to what it imports in some regions, and an image has one at most: names, where another
 * was refused, the option that takes it in. Says nothing where the account cannot be asked.
 */
export async function reportAttachedSchema(
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
    const account = await accountOf(project, sandbox, AbortSignal.timeout(SCHEMA_MS));
    const path = `/20160918/computeImageCapabilitySchemas?compartmentId=${image["compartment_id"]}&imageId=${image["id"]}`;
    const found = (await account.list("compute", path, schema)).find(({ imageId }) => imageId === image["id"]);
    if (found === undefined) return;
    terminal.aside(
      `To do about the capability schema: OCI has attached one to the image by itself; npx cdktf deploy ${info.name} --recover-id ${quoted(`${address}=${found.id}`)} takes it in and goes on`,
    );
  } catch {
    // The refusal itself has been printed.
  }
}
