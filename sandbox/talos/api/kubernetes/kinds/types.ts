/** Every type of the API's objects. */
import { KINDS } from "./kinds.ts";
import { type Field, fieldsIn, isPrimitive, type Notation } from "./notation.ts";
import { CORE_TYPES } from "./types-core.ts";
import { META_TYPES } from "./types-meta.ts";
import { POD_TYPES } from "./types-pod.ts";
import { WORK_TYPES } from "./types-work.ts";

/** By name; those of kinds too. */
export const TYPES: Readonly<Record<string, Notation>> = {
  ...META_TYPES,
  ...POD_TYPES,
  ...CORE_TYPES,
  ...WORK_TYPES,
  ...Object.fromEntries(
    KINDS.map(
      ({ kind, description, fields }) =>
        [kind, [description, `apiVersion kind metadata:ObjectMeta ${fields}`]] as const,
    ),
  ),
};

/** The fields of a type; none of a primitive. */
export function fieldsOf(type: string): ReadonlyMap<string, Field> {
  const notation = isPrimitive(type) ? undefined : TYPES[type];
  if (!notation && !isPrimitive(type)) throw new Error(`no type ${type}`);
  return notation ? fieldsIn(notation) : new Map();
}
