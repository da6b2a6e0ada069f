/** Keeps `managedFields`: who has set what by this write, and whether an apply takes what is another's. */
import { ApiError } from "../objects/errors.ts";
import { type Fields, isFields, type Value } from "../objects/fields.ts";
import { applied } from "../kinds/merge.ts";
import {
  common,
  differing,
  fieldsIn,
  isSameManager,
  type Managed,
  type Manager,
  managersOf,
  type Owned,
  pathsOf,
  taken,
  union,
  without,
  withManagers,
  withParents,
} from "../kinds/ownership.ts";

/** After an update: what has changed is the writer's. */
export function tracked(type: string, before: Fields | null, after: Fields, manager: Manager, now: string): Fields {
  const present = fieldsIn(after, type);
  const isStatus = manager.subresource === "status";
  const own = (owned: Owned): Owned =>
    Object.fromEntries(Object.entries(owned).filter(([key]) => (key === "f:status") === isStatus));
  const changed = own(before === null ? present : differing(present, before, after));
  const managers = before === null ? [] : managersOf(before);
  const others = managers
    .filter((each) => !isSameManager(each, manager))
    .map((each) => ({ ...each, owned: common(without(each.owned, changed), present) }));
  const mine = managers.find((each) => isSameManager(each, manager));
  const owned = union(mine ? common(mine.owned, present) : {}, changed);
  const time = mine && Object.keys(changed).length === 0 ? mine.time : now;
  return withManagers(after, [...others, { ...manager, owned, time }]);
}

/** Server-side apply: what it says is laid over what there is. @throws ApiError 409 for what is another's, unless forced */
export function appliedBy(
  type: string,
  before: Fields | null,
  said: Fields,
  manager: Manager,
  force: boolean,
  now: string,
): Fields {
  const owned = fieldsIn(said, type);
  if (before === null) return withManagers(said, [{ ...manager, owned, time: now }]);
  const managers = managersOf(before);
  const others = managers.filter((each) => !isSameManager(each, manager));
  const merged = applied(before, said, type);
  const wanted = differing(owned, before, merged);
  if (!force) refuseConflicts(others, wanted, String(said["apiVersion"]));
  const mine = managers.find((each) => isSameManager(each, manager));
  const kept = others.reduce<Owned>((all, each) => union(all, each.owned), owned);
  // What this manager said before and does not say any more goes, where nobody else has it or something inside of it.
  const dropped = mine ? without(mine.owned, withParents(kept)) : {};
  const next = taken(merged, dropped);
  const result = isFields(next) ? next : merged;
  const left: readonly Managed[] = others.map((each) => ({
    ...each,
    owned: force ? without(each.owned, wanted) : each.owned,
  }));
  return withManagers(result, [...left, { ...manager, owned, time: now }]);
}

function refuseConflicts(others: readonly Managed[], wanted: Owned, apiVersion: string): void {
  const found = others.flatMap((by) => {
    const fields = pathsOf(common(by.owned, wanted));
    const part = by.subresource === "" ? "" : ` with subresource "${by.subresource}"`;
    const who = `"${by.name}"${part}${by.operation === "Update" ? ` using ${apiVersion}` : ""}`;
    return fields.length === 0 ? [] : [{ who, fields }];
  });
  const count = found.reduce((sum, { fields }) => sum + fields.length, 0);
  if (count === 0) return;
  const lines = found.map(({ who, fields }) =>
    count === 1
      ? `conflict with ${who}: ${fields.join("")}`
      : `conflicts with ${who}:\n${fields.map((field) => `- ${field}`).join("\n")}`,
  );
  const causes: Value = found.flatMap(({ who, fields }) =>
    fields.map((field) => ({ reason: "FieldManagerConflict", message: `conflict with ${who}`, field })),
  );
  const message = `Apply failed with ${count} conflict${count === 1 ? "" : "s"}: ${lines.join("\n")}`;
  throw new ApiError(409, "Conflict", message, { causes });
}
