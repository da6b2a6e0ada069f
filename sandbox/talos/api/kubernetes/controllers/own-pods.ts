/** What controllers of pods have in common: whose pods are whose, and how they are made and counted. */
import { createHash } from "node:crypto";
import { ApiError } from "../objects/errors.ts";
import {
  type Fields,
  fieldsAt,
  holds,
  isGoing,
  itemsAt,
  mapAt,
  nameOf,
  namespaceOf,
  textAt,
  uidOf,
} from "../objects/fields.ts";
import { objectSelector } from "../objects/selectors.ts";
import { type Kind, kindNamed } from "../kinds/kinds.ts";
import { type Cluster, SAFE } from "../store/cluster.ts";
import { admitted } from "../verbs/admission.ts";
import { deleteObject } from "../verbs/remove.ts";
import { tell } from "./events.ts";

/** The owner that an object goes with, as `metadata.ownerReferences` has it. */
export function ownerReference(owner: Fields): Fields {
  return {
    apiVersion: textAt(owner, "apiVersion"),
    kind: textAt(owner, "kind"),
    name: nameOf(owner),
    uid: uidOf(owner),
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** The uid of the controller that an object has; "" where none does. */
export function controllerOf(object: Fields): string {
  return textAt(
    itemsAt(object, "metadata", "ownerReferences").find((each) => each["controller"] === true),
    "uid",
  );
}

/** The objects of a kind that an owner controls. Those that fit its selector and are nobody's become its own. */
export function ownedBy({ store }: Cluster, kind: string, owner: Fields): readonly Fields[] {
  const takes = objectSelector(fieldsAt(owner, "spec", "selector"));
  return store.list(kind, namespaceOf(owner)).flatMap((each) => {
    if (controllerOf(each) === uidOf(owner)) return [each];
    const isOrphan =
      controllerOf(each) === "" && !isGoing(each) && !isGoing(owner) && takes(mapAt(each, "metadata", "labels"));
    if (!isOrphan) return [];
    const metadata = fieldsAt(each, "metadata");
    const ownerReferences = [...itemsAt(metadata, "ownerReferences"), ownerReference(owner)];
    return [store.update(kind, { ...each, metadata: { ...metadata, ownerReferences } })];
  });
}

/** A pod that counts: neither going nor at its end. */
export function isActive(pod: Fields): boolean {
  return !isGoing(pod) && !["Succeeded", "Failed"].includes(textAt(pod, "status", "phase"));
}

/** Whether a pod can be reached. */
export const isReady = (pod: Fields): boolean => !isGoing(pod) && holds(pod, "Ready");

/** How long ago an object was made, in milliseconds, by the second. */
export function ageOf({ store }: Pick<Cluster, "store">, object: Fields): number {
  return Date.parse(store.now) - Date.parse(textAt(object, "metadata", "creationTimestamp"));
}

/** What is laid over what the template says. */
interface PodOver {
  readonly name?: string;
  readonly labels?: Fields;
  readonly spec?: Fields;
}

/** Makes a pod of an owner's template. @returns null where it is refused, which an event tells */
export function makePod(cluster: Cluster, owner: Fields, over: PodOver = {}): Fields | null {
  const template = fieldsAt(owner, "spec", "template");
  const labels = { ...mapAt(template, "metadata", "labels"), ...over.labels };
  const annotations = fieldsAt(template, "metadata", "annotations");
  const pod: Fields = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...(over.name === undefined ? { generateName: `${nameOf(owner)}-` } : { name: over.name }),
      labels,
      ...(Object.keys(annotations).length > 0 && { annotations }),
      ownerReferences: [ownerReference(owner)],
    },
    spec: { ...fieldsAt(template, "spec"), ...over.spec },
  };
  const made = makeFor(cluster, owner, "Pod", pod);
  if (made) tell(cluster, owner, ["Normal", "SuccessfulCreate"], `Created pod: ${nameOf(made)}`, controllerName(owner));
  return made;
}

const controllerName = (owner: Fields): string => `${textAt(owner, "kind").toLowerCase()}-controller`;

/** Makes an object that an owner wants. @returns null where it is refused, which an event tells */
export function makeFor(cluster: Cluster, owner: Fields, kindName: string, object: Fields): Fields | null {
  const kind = kindNamed(kindName);
  try {
    return cluster.store.create(kind, admitted(cluster, kind, namespaceOf(owner), object));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // By its prefix: a name that is made up anew would be another event each time.
    const [name, prefix] = [error.details?.["name"], textAt(object, "metadata", "generateName")];
    const message = prefix === "" ? error.message : error.message.replaceAll(String(name), prefix);
    tell(cluster, owner, ["Warning", "FailedCreate"], `Error creating: ${message}`, controllerName(owner));
    return null;
  }
}

/** As many pods as an owner wants, and no more than a lab has room for: the real one makes them bit by bit. */
const MOST = 500;

/** How many pods an owner is given. An event tells where it wanted more. */
export function granted(cluster: Cluster, owner: Fields, wanted: number): number {
  if (wanted <= MOST) return wanted;
  const why = `the sandbox makes no more than ${MOST} pods of one owner`;
  tell(cluster, owner, ["Warning", "FailedCreate"], why, controllerName(owner));
  return MOST;
}

/** Takes a pod of an owner away. */
export function dropPod(cluster: Cluster, owner: Fields, pod: Fields): void {
  deleteObject(cluster, kindNamed("Pod"), pod);
  tell(cluster, owner, ["Normal", "SuccessfulDelete"], `Deleted pod: ${nameOf(pod)}`, controllerName(owner));
}

/** What a template is known by: the same template has the same. */
export function templateHash(template: Fields, length = 10): string {
  const bytes = createHash("sha256")
    .update(JSON.stringify(ordered(template)))
    .digest();
  return Array.from(bytes.subarray(0, length), (byte) => SAFE[byte % SAFE.length]).join("");
}

function ordered(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, value]) => [
        key,
        typeof value === "object" && value !== null && !Array.isArray(value) ? ordered(fieldsAt(fields, key)) : value,
      ]),
  );
}

/** Writes the status of an object, where it is another than it was. */
export function setStatus({ store }: Cluster, kind: Kind | string, object: Fields, status: Fields): void {
  store.update(kind, { ...object, status });
}

/** The condition with its times: that of its last change stays while it does not change. */
export function condition(
  object: Fields,
  type: string,
  isTrue: boolean,
  [reason, message]: readonly [string, string],
  now: string,
): Fields {
  const before = itemsAt(object, "status", "conditions").find((each) => each["type"] === type);
  const status = isTrue ? "True" : "False";
  const lastTransitionTime = before?.["status"] === status ? textAt(before, "lastTransitionTime") : now;
  const lastUpdateTime =
    before?.["status"] === status && before["reason"] === reason && before["message"] === message
      ? textAt(before, "lastUpdateTime")
      : now;
  return { type, status, reason, message, lastTransitionTime, lastUpdateTime };
}

/** A number, or percent of a number. */
export function share(value: unknown, of: number, round: (number: number) => number): number {
  if (typeof value === "number") return value;
  const percent = typeof value === "string" ? Number(value.replace(/%$/, "")) : 0;
  return Number.isFinite(percent) ? round((percent * of) / 100) : 0;
}
