/** What dynamic routing gateways have beside their own calls: routes and statements, which are changed by actions. */
import type { z } from "zod";
import type { Attributes, Json } from "../../plugin/resource.ts";
import { parsed } from "../kernel/operations.ts";
import type { Resource } from "../kernel/resource.ts";
import { isObject } from "../model/attributes.ts";
import { invalid, notFound } from "../model/refusals.ts";
import { requireObject } from "../model/records.ts";
import { drg } from "../resources/drg.ts";
import { drgAttachment } from "../resources/drg-attachment.ts";
import { drgRouteDistribution, drgStatement } from "../resources/drg-route-distribution.ts";
import { drgRouteRule, drgRouteTable } from "../resources/drg-route-table.ts";
import { record, shown, viewOf } from "../http/collection.ts";
import { listed } from "../http/lists.ts";
import type { ApiRequest, Route } from "../http/route.ts";

const RULE = { routeProvenance: "STATIC", routeType: "STATIC", isConflict: false, isBlackhole: false, attributes: {} };

interface Items<T extends { id: string }> {
  readonly of: Resource;
  /** `drgRouteRules`, and as the actions have it: `DrgRouteRules`. */
  readonly path: string;
  /** Of the body of an action, and of what removes. */
  readonly field: string;
  readonly ids: string;
  readonly item: z.ZodType<T> & { readonly shape: Readonly<Record<string, z.core.$ZodType>> };
  list(request: ApiRequest): T[];
  check(item: T, others: readonly T[], request: ApiRequest): void;
  view(item: T): Attributes;
}

function itemsOf(request: ApiRequest, field: string, service: string): readonly Json[] {
  const items = request.body[field];
  if (Array.isArray(items) && items.length > 0) return items;
  throw invalid(service, `${field} is required: a list with at least one.`);
}

/** A list with actions that add to it, change it and take from it. */
function listRoutes<T extends { id: string }>({
  of,
  path,
  field,
  ids,
  item,
  list,
  check,
  view,
}: Items<T>): readonly Route[] {
  const action = (verb: string, run: Route["run"]): Route => ({
    method: "POST",
    path: `${of.path}/{id}/actions/${verb}${path.charAt(0).toUpperCase()}${path.slice(1)}`,
    run(request) {
      const answer = run(request);
      request.call.world.changed();
      return answer;
    },
  });
  /** @param before the one that is to change */
  const read = (request: ApiRequest, said: Json, before: T | null): T => {
    if (!isObject(said)) throw invalid(of.service, `${field} has objects.`);
    const next = parsed(of.service, item, { id: request.call.world.random(16), ...before, ...said });
    check(
      next,
      list(request).filter(({ id }) => id !== next.id),
      request,
    );
    return next;
  };
  return [
    { method: "GET", path: `${of.path}/{id}/${path}`, run: (request) => listed(request, list(request).map(view)) },
    action("add", (request) => {
      const made = itemsOf(request, field, of.service).map((said) => read(request, said, null));
      list(request).push(...made);
      return { body: made.map(view) };
    }),
    action("update", (request) => {
      const changed = itemsOf(request, field, of.service).map((said) => {
        const id = isObject(said) ? String(said.id) : "";
        const before = list(request).find((each) => each.id === id);
        if (!before) throw notFound(of.service, id);
        return Object.assign(before, read(request, said, before));
      });
      return { body: changed.map(view) };
    }),
    action("remove", (request) => {
      const gone = request.body[ids];
      const all = list(request);
      const left = Array.isArray(gone) ? all.filter(({ id }) => !gone.includes(id)) : [];
      all.splice(0, all.length, ...left);
      return { status: 204 };
    }),
  ];
}

/** Takes the distribution from what has it. */
function removal<B extends Attributes>(d: Resource<B>, name: string, run: (request: ApiRequest) => void): Route {
  return {
    method: "POST",
    path: `${d.path}/{id}/actions/${name}`,
    run(request) {
      run(request);
      request.call.world.changed();
      return shown(viewOf(request, d, record(request, d)));
    },
  };
}

/** Calls on gateways, their tables and their distributions beside the collections. */
export const drgRoutes: readonly Route[] = [
  {
    method: "GET",
    path: `${drg.path}/{id}/redundancyStatus`,
    run: (request) => shown({ id: record(request, drg).id, status: "NOT_REDUNDANT" }),
  },
  {
    method: "POST",
    path: `${drg.path}/{id}/actions/getAllDrgAttachments`,
    run(request) {
      const { id: of } = record(request, drg);
      const all = request.call.world.state.oci.drgAttachments.filter(({ drgId }) => drgId === of);
      return listed(
        request,
        all.map(({ id }) => ({ id })),
      );
    },
  },
  ...listRoutes({
    of: drgRouteTable,
    path: "drgRouteRules",
    field: "routeRules",
    ids: "routeRuleIds",
    item: drgRouteRule,
    list: (request) => record(request, drgRouteTable).rules,
    check({ destination, nextHopDrgAttachmentId }, others, { call }) {
      requireObject(call, drgRouteTable.service, call.world.state.oci.drgAttachments, nextHopDrgAttachmentId);
      if (others.some((other) => other.destination === destination))
        throw invalid(drgRouteTable.service, `There are two route rules for ${destination}.`, "destination");
    },
    view: (rule) => ({ ...rule, ...RULE }),
  }),
  ...listRoutes({
    of: drgRouteDistribution,
    path: "drgRouteDistributionStatements",
    field: "statements",
    ids: "statementIds",
    item: drgStatement,
    list: (request) => record(request, drgRouteDistribution).statements,
    check({ priority }, others) {
      if (others.some((other) => other.priority === priority))
        throw invalid(drgRouteDistribution.service, `There are two statements of priority ${priority}.`, "priority");
    },
    view: (statement) => statement,
  }),
  removal(drgRouteTable, "removeImportDrgRouteDistribution", (request) => {
    record(request, drgRouteTable).importDrgRouteDistributionId = null;
  }),
  removal(drgAttachment, "removeExportDrgRouteDistribution", (request) => {
    record(request, drgAttachment).exportDrgRouteDistributionId = null;
  }),
];
