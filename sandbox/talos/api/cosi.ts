/** COSI's State service: what a machine tells of itself as resources, read and watched (cosi-project/runtime v1.14). */
import { z } from "zod";
import { MachineError } from "../model/machines.ts";
import { kindOf, resourcesOf, specIn } from "../model/resources/index.ts";
import type { Kind } from "../model/resources/kind.ts";
import type { Spec } from "../model/resources/spec.ts";
import { sinceOf } from "../model/services.ts";
import { type Context, type Message, type PlainMethod, READERS } from "./method.ts";

const kindSchema = z.object({ namespace: z.string(), type: z.string() });
const getSchema = kindSchema.extend({ id: z.string() });
const optionsSchema = z.object({
  label_query: z.array(z.object({ terms: z.array(z.unknown()) })),
  id_query: z.object({ regexp: z.string() }).nullish(),
});
const listSchema = kindSchema.extend({ options: optionsSchema.nullish() });
const watchSchema = kindSchema.extend({
  id: z.string().optional(),
  options: optionsSchema.extend({ bootstrap_contents: z.boolean() }).nullish(),
});

/** How often a watched machine is looked at: the world tells nobody of its changes. */
const LOOK_MS = 500;

/** A resource, as it is sent. */
interface Resource {
  readonly kind: Kind;
  readonly id: string;
  readonly spec: Spec;
}

type Options = z.infer<typeof optionsSchema> | null | undefined;

/** @throws MachineError for a type that is not played, or not for the caller */
function allOf(context: Context, { namespace, type }: z.infer<typeof kindSchema>): readonly Resource[] {
  const kind = kindOf(type, namespace);
  if (kind.sensitive && !context.roles.has("os:admin")) throw new MachineError("PermissionDenied", "not authorized");
  const found = Object.entries(resourcesOf(context, kind));
  return found
    .map(([id, value]) => ({ kind, id, spec: specIn(kind, value) }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function wanted(resources: readonly Resource[], options: Options): readonly Resource[] {
  const { label_query: labels = [], id_query: query } = options ?? {};
  // No resource that is played here has a label.
  if (labels.some(({ terms }) => terms.length > 0)) return [];
  const pattern = query?.regexp;
  return pattern ? resources.filter(({ id }) => new RegExp(pattern).test(id)) : resources;
}

/** @param version goes up with each change that a watch has seen */
function messageOf(context: Context, { kind, id, spec }: Resource, version = 1): Message {
  const time = { seconds: Math.floor(Date.parse(sinceOf(context)) / 1000), nanos: 0 };
  const { namespace, type } = kind;
  const metadata = { namespace, type, id, version: String(version), phase: "running", created: time, updated: time };
  // By this mark a client knows that the YAML is that of the configuration, and not a text of it.
  const annotations = type.startsWith("MachineConfigs.") ? { "talos.dev/yaml-spec": "1" } : {};
  return { metadata: { ...metadata, annotations }, spec };
}

const get: PlainMethod = {
  roles: READERS,
  plain(context, request) {
    const asked = getSchema.parse(request);
    const found = allOf(context, asked).find(({ id }) => id === asked.id);
    if (found) return [{ resource: messageOf(context, found) }];
    throw new MachineError(
      "NotFound",
      `resource ${asked.type}(${asked.namespace}/${asked.id}@undefined) doesn't exist`,
    );
  },
};

const list: PlainMethod = {
  roles: READERS,
  plain(context, request) {
    const asked = listSchema.parse(request);
    return wanted(allOf(context, asked), asked.options).map((each) => ({ resource: messageOf(context, each) }));
  },
};

function watched(context: Context, request: unknown): ReadonlyMap<string, Resource> {
  const { id, options, ...kind } = watchSchema.parse(request);
  const found = wanted(allOf(context, kind), options).filter((resource) => id === undefined || resource.id === id);
  return new Map(found.map((resource) => [resource.id, resource]));
}

const event = (event_type: string, resource?: Message, old?: Message): Message => ({
  event: [{ event_type, ...(resource && { resource }), ...(old && { old }) }],
});

const watch: PlainMethod = {
  roles: READERS,
  plain(context, request) {
    const { id, type, namespace, options } = watchSchema.parse(request);
    const now = [...watched(context, request).values()].map((each) => event("CREATED", messageOf(context, each)));
    // The first, empty one says that the watch has begun.
    const begun: Message = { event: [] };
    if (id !== undefined) {
      const metadata = { namespace, type, id, version: "undefined", phase: "running" };
      return [begun, ...(now.length > 0 ? now : [event("DESTROYED", { metadata, spec: {} })])];
    }
    return options?.bootstrap_contents ? [begun, ...now, event("BOOTSTRAPPED")] : [begun];
  },
  follow(contextNow, request, write) {
    const first = contextNow();
    let before = first ? watched(first, request) : new Map<string, Resource>();
    let version = 1;
    const look = (): void => {
      const context = contextNow();
      if (!context) return;
      const after = watched(context, request);
      version += 1;
      for (const [id, resource] of after) {
        const old = before.get(id);
        if (!old) write(event("CREATED", messageOf(context, resource, version)));
        else if (old.spec.yaml_spec !== resource.spec.yaml_spec) {
          write(event("UPDATED", messageOf(context, resource, version), messageOf(context, old, version - 1)));
        }
      }
      for (const [id, old] of before) if (!after.has(id)) write(event("DESTROYED", messageOf(context, old, version)));
      before = after;
    };
    const timer = setInterval(look, LOOK_MS).unref();
    return () => clearInterval(timer);
  },
};

/** The methods of `cosi.resource.State`. */
export const cosiMethods: Readonly<Record<string, PlainMethod>> = { Get: get, List: list, Watch: watch };
