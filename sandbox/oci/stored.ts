/** What most OCI resources have in common: a record with an OCID in one list of the tenancy. */
import type { Attributes, Call, ResourceType } from "../plugin/resource.ts";
import type { OciObject, OciTenancy } from "../world/oci.ts";
import { maybeTags, maybeText, text } from "./attributes.ts";
import { notFound } from "./refusals.ts";
import { regionalId, regionOf } from "./regions.ts";

export interface Stored<T extends OciObject> {
  /** As the real provider names it in errors: `Core Vcn`. */
  readonly service: string;
  all(tenancy: OciTenancy): T[];
  /** The resource's own attributes; ids, tags and times are added. */
  attributes(record: T, tenancy: OciTenancy): Attributes;
  /** Refuses, or makes the record; it is put into the list afterwards. */
  create(call: Call, planned: Attributes): T;
  /** Refuses before it changes anything. */
  update(call: Call, record: T, planned: Attributes): void;
  /** Refuses to delete, or cleans up beside the record. */
  remove?(call: Call, record: T, state: Attributes): void;
}

/** As Go prints a time, which is what the real provider keeps in state. */
export function providerTime(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, -1)} +0000 UTC`;
}

/** The name that the service gives what was created without one. */
export function defaultName(call: Call, prefix: string): string {
  return `${prefix}${call.world.now().replace(/\D/g, "").slice(0, 14)}`;
}

/** @throws 404 for a compartment that is neither the root nor an active one. */
export function requireCompartment(call: Call, service: string, id: string): string {
  const { tenancyId, compartments } = call.world.state.oci;
  if (id !== tenancyId && !compartments.some((compartment) => compartment.id === id))
    throw notFound(service, `compartment ${id}`, "compartment_id");
  return id;
}

/** What every new object has. */
export function newObject(call: Call, service: string, type: string, planned: Attributes): OciObject {
  const timeCreated = call.world.now();
  return {
    id: regionalId(call, type),
    compartmentId: requireCompartment(call, service, text(planned, "compartment_id")),
    region: regionOf(call),
    timeCreated,
    freeformTags: maybeTags(planned, "freeform_tags") ?? {},
    definedTags: maybeTags(planned, "defined_tags") ?? {
      "Oracle-Tags.CreatedBy": "sandbox",
      "Oracle-Tags.CreatedOn": timeCreated,
    },
  };
}

export function commonAttributes({ id, compartmentId, timeCreated, freeformTags, definedTags }: OciObject): Attributes {
  return {
    id,
    compartment_id: compartmentId,
    time_created: providerTime(timeCreated),
    freeform_tags: freeformTags,
    defined_tags: definedTags,
  };
}

export function updateCommon(call: Call, service: string, record: OciObject, planned: Attributes): void {
  record.compartmentId = requireCompartment(
    call,
    service,
    maybeText(planned, "compartment_id") ?? record.compartmentId,
  );
  record.freeformTags = maybeTags(planned, "freeform_tags") ?? record.freeformTags;
  record.definedTags = maybeTags(planned, "defined_tags") ?? record.definedTags;
}

/** The record with this id in the call's region; what is in another region is not there. */
export function find<T extends OciObject>(call: Call, list: readonly T[], id: string): T | null {
  const region = regionOf(call);
  return list.find((record) => record.id === id && (record.region === region || id.includes("oc1.."))) ?? null;
}

/** @throws 404 when there is none. */
export function requireObject<T extends OciObject>(
  call: Call,
  service: string,
  list: readonly T[],
  id: string,
  attribute?: string,
): T {
  const found = find(call, list, id);
  if (found === null) throw notFound(service, id, attribute);
  return found;
}

export function stored<T extends OciObject>(kind: Stored<T>): ResourceType {
  const list = (call: Call): T[] => kind.all(call.world.state.oci);
  const attributes = (call: Call, record: T): Attributes => ({
    ...commonAttributes(record),
    ...kind.attributes(record, call.world.state.oci),
  });
  const readId = (call: Call, id: string): Attributes | null => {
    const record = find(call, list(call), id);
    return record && attributes(call, record);
  };
  return {
    create(call, planned) {
      const record = kind.create(call, planned);
      list(call).push(record);
      call.world.changed();
      return attributes(call, record);
    },
    read: (call, state) => readId(call, text(state, "id")),
    update(call, prior, planned) {
      const record = requireObject(call, kind.service, list(call), text(prior, "id"));
      requireCompartment(call, kind.service, maybeText(planned, "compartment_id") ?? record.compartmentId);
      kind.update(call, record, planned);
      updateCommon(call, kind.service, record, planned);
      call.world.changed();
      return attributes(call, record);
    },
    delete(call, state) {
      const record = find(call, list(call), text(state, "id"));
      if (record === null) return;
      kind.remove?.(call, record, state);
      list(call).splice(list(call).indexOf(record), 1);
      call.world.changed();
    },
    importState: readId,
  };
}
