/** Work requests: of everything that is done to a network load balancer, and of an image's import. */
import type { Attributes, ProviderContext } from "../../plugin/resource.ts";
import type { World } from "../../world/world.ts";
import { notFound } from "../model/refusals.ts";
import { regionalId } from "../model/regions.ts";

const SERVICE = "Work Request";

/** The sandbox's own bound; the oldest are forgotten. */
const KEPT = 1000;

const BALANCERS: readonly string[] = ["NetworkLoadBalancer", "LoadBalancer"];

/** What is done: to what, and by which operation. */
export interface Work {
  readonly operationType: string;
  readonly compartmentId: string;
  readonly entityType: string;
  readonly actionType: "CREATED" | "UPDATED" | "DELETED" | "RELATED";
  readonly identifier: string;
  readonly entityUri: string;
}

interface Accepted extends Work {
  readonly timeAccepted: string;
}

/** The work requests of a tenancy, by their ids. */
export class WorkRequests {
  readonly #world: World;
  readonly #settleMs: number;
  readonly #accepted = new Map<string, Accepted>();

  constructor(world: World, settleMs: number) {
    this.#world = world;
    this.#settleMs = settleMs;
  }

  /** @returns its id */
  accept(call: ProviderContext, work: Work): string {
    const service = BALANCERS.includes(work.entityType) ? work.entityType.toLowerCase() : "core";
    const id = regionalId(call, `${service}workrequest`);
    this.#accepted.set(id, { ...work, timeAccepted: this.#world.now() });
    const [oldest] = this.#accepted.keys();
    if (this.#accepted.size > KEPT && oldest !== undefined) this.#accepted.delete(oldest);
    return id;
  }

  /** @throws ServiceRefusal 404 */
  get(id: string): Attributes {
    const work = this.#accepted.get(id);
    if (!work) throw notFound(SERVICE, id);
    const end = Date.parse(work.timeAccepted) + this.#settleMs;
    const done = Date.parse(this.#world.now()) >= end;
    const { entityType, actionType, identifier, entityUri } = work;
    return {
      id,
      operationType: work.operationType,
      status: done ? "SUCCEEDED" : "IN_PROGRESS",
      compartmentId: work.compartmentId,
      percentComplete: done ? 100 : 10,
      resources: [{ entityType, actionType: done ? actionType : "IN_PROGRESS", identifier, entityUri }],
      timeAccepted: work.timeAccepted,
      timeStarted: work.timeAccepted,
      timeFinished: done ? new Date(end).toISOString() : null,
    };
  }

  /** Ids of those of one object. */
  of(identifier: string): readonly string[] {
    return [...this.#accepted].filter(([, work]) => work.identifier === identifier).map(([id]) => id);
  }

  /** Those of one service's objects. */
  list(compartmentId: string, entityType: string): readonly Attributes[] {
    const here = [...this.#accepted].filter(
      ([, work]) => work.compartmentId === compartmentId && work.entityType === entityType,
    );
    return here.map(([id]) => this.get(id));
  }
}
