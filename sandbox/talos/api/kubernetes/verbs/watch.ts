/** Watch: every change of what is asked for, as lines of JSON, until the client goes or the time is up. */
import { ApiError } from "../objects/errors.ts";
import type { Fields } from "../objects/fields.ts";
import { groupVersionOf } from "../kinds/kinds.ts";
import { tableOf, wantsTable } from "../kinds/table.ts";
import { type Change, placeOf } from "../store/store.ts";
import { includeOf, selection, shown as asShown } from "./read.ts";
import type { Asked } from "./request.ts";

/** An event of a watch. */
type Event = { readonly type: string; readonly object: Fields };

/** Where events go to. */
export interface Stream {
  send(event: Event): void;
  end(): void;
}

/** What a watch of these selectors is told of a change: what comes into what they take is added, what leaves is deleted. */
function eventOf({ object, before, type }: Change, isWanted: (object: Fields) => boolean): Event | null {
  const [was, is] = [before !== null && isWanted(before), type !== "DELETED" && isWanted(object)];
  if (is) return { type: was ? "MODIFIED" : "ADDED", object };
  return was ? { type: "DELETED", object } : null;
}

/** Streams what happens. @returns what ends it */
export function watch(asked: Asked, stream: Stream): () => void {
  const { cluster, kind, query, accept } = asked;
  const isWanted = selection(asked);
  const shown = (object: Fields): Fields =>
    wantsTable(accept) ? tableOf(kind, [object], {}, cluster.store.now, includeOf({ query })) : asShown(kind, object);
  const said = query.get("resourceVersion") ?? "";
  const isFromNow = said === "" || said === "0" || query.get("sendInitialEvents") === "true";
  let seen = isFromNow ? cluster.store.revision : Number(said);
  const bookmark = (more: Fields = {}): void =>
    stream.send({
      type: "BOOKMARK",
      object: {
        kind: kind.kind,
        apiVersion: groupVersionOf(kind),
        metadata: { resourceVersion: String(seen), ...more },
      },
    });
  const forward = (): void => {
    const changes = cluster.store.since(seen);
    for (const change of changes) {
      const event = placeOf(change.kind) === placeOf(kind) ? eventOf(change, isWanted) : null;
      if (event) stream.send({ type: event.type, object: shown(event.object) });
    }
    seen = changes.at(-1)?.revision ?? seen;
  };
  const orSay = (what: () => void): void => {
    try {
      what();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // Who is too late is told so, and begins anew with a list.
      stream.send({ type: "ERROR", object: error.status });
      stream.end();
    }
  };
  if (isFromNow && query.get("sendInitialEvents") !== "false")
    for (const object of cluster.store.list(kind, asked.namespace).filter(isWanted))
      stream.send({ type: "ADDED", object: shown(object) });
  if (query.get("sendInitialEvents") === "true") bookmark({ annotations: { "k8s.io/initial-events-end": "true" } });
  orSay(forward);
  const stop = cluster.store.listen(() => orSay(forward));
  return () => {
    stop();
    if (query.get("allowWatchBookmarks") === "true") bookmark();
  };
}
