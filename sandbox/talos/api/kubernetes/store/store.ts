/** Objects of a cluster by their keys, with revisions, and what happened to them: what etcd does for the API server. */
import type { EtcdState } from "../../../../world/kubernetes.ts";
import { gone } from "../objects/errors.ts";
import { type Fields, fieldsAt, mapAt, nameOf, namespaceOf, same, textAt, withAt } from "../objects/fields.ts";
import { customKinds } from "../kinds/custom.ts";
import { KINDS, type Kind, kindNamed } from "../kinds/kinds.ts";
import { uuid } from "./uid.ts";

/** Something that happened to an object. */
export interface Change {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly revision: number;
  readonly kind: Kind;
  readonly object: Fields;
  /** Null for one that was made. */
  readonly before: Fields | null;
}

/** How many changes are remembered: a watch that begins before these is told to list again. */
const REMEMBERED = 2_000;

/** The objects of a kind, by their keys; in order as long as none is written. */
interface OfKind {
  readonly byKey: Map<string, Fields>;
  sorted: readonly Fields[] | null;
}

interface Memory {
  readonly kinds: Map<string, OfKind>;
  changes: Change[];
  /** Of the last change that is forgotten. */
  floor: number;
  readonly listeners: Set<() => void>;
}

/** The annotation that says which machine a node is. */
export const MACHINE = "sandbox.ampere-lab/machine";

/** What is in no file: a sandbox that starts anew remembers no change. */
const memories = new WeakMap<EtcdState, Memory>();

function memoryOf(state: EtcdState): Memory {
  const known = memories.get(state);
  if (known) return known;
  const memory: Memory = { kinds: new Map(), changes: [], floor: state.revision, listeners: new Set() };
  for (const [key, object] of Object.entries(state.objects))
    ofKind(memory, key.split("/", 2).join("/")).byKey.set(key, object);
  memories.set(state, memory);
  return memory;
}

function ofKind({ kinds }: Memory, kind: string): OfKind {
  const found = kinds.get(kind) ?? { byKey: new Map<string, Fields>(), sorted: null };
  kinds.set(kind, found);
  return found;
}

const inOrder = (objects: ReadonlyMap<string, Fields>): readonly Fields[] =>
  [...objects].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, object]) => object);

/** Where objects are kept: those of all versions of a kind in one place. */
export const placeOf = ({ group, plural }: Kind): string => `${group}/${plural}`;
const keyOf = (kind: Kind, namespace: string, name: string): string => `${placeOf(kind)}/${namespace}/${name}`;

/** The store of a cluster. */
export class Store {
  readonly #state: EtcdState;
  readonly #now: () => string;

  constructor(state: EtcdState, now: () => string) {
    this.#state = state;
    this.#now = now;
    memoryOf(state);
  }

  /** What stays the same while the sandbox runs. */
  get identity(): object {
    return this.#state;
  }

  /** Of the last write. */
  get revision(): number {
    return this.#state.revision;
  }

  /** The time, as Kubernetes writes it. */
  get now(): string {
    return this.#now().replace(/\.\d+Z$/, "Z");
  }

  /** The kinds that there are, the custom ones in each version that is served. */
  get kinds(): readonly Kind[] {
    const definitions = this.list("CustomResourceDefinition");
    return definitions.length === 0 ? KINDS : [...KINDS, ...definitions.flatMap(customKinds)];
  }

  /** The kinds, each once. */
  get resources(): readonly Kind[] {
    return [...new Map(this.kinds.map((kind) => [placeOf(kind), kind])).values()];
  }

  /** The object of a name; undefined where there is none. */
  get(kind: Kind | string, namespace: string, name: string): Fields | undefined {
    const of = typeof kind === "string" ? kindNamed(kind) : kind;
    return this.#state.objects[keyOf(of, of.namespaced ? namespace : "", name)];
  }

  /** All of a kind, by namespace and name. @param namespace of these alone @default - of all */
  list(kind: Kind | string, namespace = ""): readonly Fields[] {
    const of = typeof kind === "string" ? kindNamed(kind) : kind;
    const found = ofKind(memoryOf(this.#state), placeOf(of));
    found.sorted ??= inOrder(found.byKey);
    return namespace === "" ? found.sorted : found.sorted.filter((object) => namespaceOf(object) === namespace);
  }

  /** All of a kind as they were at a revision. @throws ApiError 410 where that is too long ago */
  listAt(kind: Kind, namespace: string, revision: number): readonly Fields[] {
    if (revision === this.revision) return this.list(kind, namespace);
    const objects = new Map(ofKind(memoryOf(this.#state), placeOf(kind)).byKey);
    for (const { kind: of, object, before } of this.since(revision).toReversed()) {
      if (placeOf(of) !== placeOf(kind)) continue;
      const key = keyOf(of, namespaceOf(object), nameOf(object));
      if (before) objects.set(key, before);
      else objects.delete(key);
    }
    return inOrder(objects).filter((object) => namespace === "" || namespaceOf(object) === namespace);
  }

  /** Everything in a namespace. */
  within(namespace: string): readonly { readonly kind: Kind; readonly object: Fields }[] {
    return this.resources
      .filter((kind) => kind.namespaced)
      .flatMap((kind) => this.list(kind, namespace).map((object) => ({ kind, object })));
  }

  /** Puts a new object in, with uid, time and generation. */
  create(kind: Kind | string, object: Fields): Fields {
    const of = typeof kind === "string" ? kindNamed(kind) : kind;
    return this.#write(of, this.born(of, object), null, "ADDED");
  }

  /** What a new object gets from the server. */
  born(kind: Kind, object: Fields): Fields {
    const { apiVersion, metadata: _named, kind: _kind, ...rest } = object;
    const { resourceVersion: _old, ...metadata } = fieldsAt(object, "metadata");
    const key = `${keyOf(kind, namespaceOf(object), nameOf(object))} ${this.revision} ${this.now}`;
    return {
      kind: kind.kind,
      apiVersion: apiVersion ?? "",
      metadata: {
        ...metadata,
        uid: uuid(key),
        creationTimestamp: this.now,
        ...("spec" in rest && !UNCOUNTED.has(kind.type) && { generation: 1 }),
      },
      ...rest,
    };
  }

  /** Puts another version in an object's place; one that is the same is no write. */
  update(kind: Kind | string, object: Fields): Fields {
    const of = typeof kind === "string" ? kindNamed(kind) : kind;
    const before = this.get(of, namespaceOf(object), nameOf(object));
    if (!before) return object;
    const next = counted(
      before,
      withAt(object, ["metadata", "resourceVersion"], textAt(before, "metadata", "resourceVersion")),
    );
    return same(before, next) ? before : this.#write(of, next, before, "MODIFIED");
  }

  /** Takes an object out, whatever its finalizers. */
  remove(kind: Kind | string, object: Fields): void {
    const of = typeof kind === "string" ? kindNamed(kind) : kind;
    const before = this.get(of, namespaceOf(object), nameOf(object));
    if (!before) return;
    this.#write(of, before, before, "DELETED");
    this.#put(of, nameOf(object), namespaceOf(object), null);
    if (of.kind === "Node")
      this.#state.unregistered = {
        ...this.#state.unregistered,
        [nameOf(object)]: mapAt(object, "metadata", "annotations")[MACHINE] ?? "",
      };
  }

  /** The machine whose node was deleted: it registers no other until it boots anew. */
  unregistered(node: string): string | undefined {
    return this.#state.unregistered?.[node];
  }

  #write(kind: Kind, object: Fields, before: Fields | null, type: Change["type"]): Fields {
    this.#state.revision += 1;
    const { revision } = this;
    const written = withAt(object, ["metadata", "resourceVersion"], String(revision));
    this.#put(kind, nameOf(object), namespaceOf(object), written);
    const memory = memoryOf(this.#state);
    memory.changes.push({ type, revision, kind, object: written, before });
    if (memory.changes.length > REMEMBERED) memory.floor = memory.changes.shift()?.revision ?? memory.floor;
    return written;
  }

  #put(kind: Kind, name: string, namespace: string, object: Fields | null): void {
    const key = keyOf(kind, namespace, name);
    const found = ofKind(memoryOf(this.#state), placeOf(kind));
    found.sorted = null;
    if (object === null) {
      delete this.#state.objects[key];
      found.byKey.delete(key);
    } else {
      this.#state.objects[key] = object;
      found.byKey.set(key, object);
    }
  }

  /** What happened after a revision. @throws ApiError 410 where that is too long ago */
  since(revision: number): readonly Change[] {
    const { changes, floor } = memoryOf(this.#state);
    if (revision < floor) throw gone(`too old resource version: ${revision} (${floor})`);
    return changes.filter((each) => each.revision > revision);
  }

  /** Tells those that watch that there may be changes. */
  tell(): void {
    for (const listener of memoryOf(this.#state).listeners) listener();
  }

  /** @returns what ends it */
  listen(listener: () => void): () => void {
    const { listeners } = memoryOf(this.#state);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }
}

/** Kinds whose changes nobody counts. */
const UNCOUNTED = new Set(
  "Node Namespace Service PersistentVolume PersistentVolumeClaim Lease ResourceQuota LimitRange CSIDriver".split(" "),
);

/** A change of what is wanted counts as a generation; that a pod is given its node does not. */
function counted(before: Fields, object: Fields): Fields {
  const generation = fieldsAt(before, "metadata")["generation"];
  if (typeof generation !== "number") return object;
  const [was, is] = [before, object].map((each) => withAt(fieldsAt(each, "spec"), ["nodeName"], undefined));
  return withAt(object, ["metadata", "generation"], same(was, is) ? generation : generation + 1);
}
