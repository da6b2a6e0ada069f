/** States that take a while: derived from the time that has passed, so that nothing has to run meanwhile. */
import type { Attributes } from "../../plugin/resource.ts";

/** How long what is gone can still be looked at. Oracle keeps terminated instances for some hours. */
const REMEMBERED_MS = 60 * 60 * 1000;

interface Change {
  readonly state: string;
  readonly since: number;
}

interface Gone extends Change {
  /** Null: it is not found any more. */
  readonly finally: string | null;
  /** As it was last. */
  readonly view: Attributes;
}

/** States on the way in and out, by the objects' ids. */
export class Lifecycles {
  readonly #clock: () => number;
  readonly #settleMs: number;
  readonly #changes = new Map<string, Change>();
  readonly #gone = new Map<string, Gone>();

  /** @param clock the world's, in milliseconds */
  constructor(clock: () => number, settleMs: number) {
    this.#clock = clock;
    this.#settleMs = settleMs;
  }

  /** From now on, and for a while, the object is in this state. */
  begin(id: string, state: string): void {
    this.#changes.set(id, { state, since: this.#clock() });
  }

  /** The state on the way there, or `settled`. */
  of(id: string, settled: string): string {
    const change = this.#changes.get(id);
    if (change === undefined) return settled;
    if (this.#clock() - change.since < this.#settleMs) return change.state;
    this.#changes.delete(id);
    return settled;
  }

  /** The object has left the world: its last view is shown, first with `state`, then with `final`. */
  end(id: string, view: Attributes, state: string, final: string | null): void {
    this.#changes.delete(id);
    // Nobody may ever ask for those that went before.
    for (const gone of this.#gone.keys()) this.deletedView(gone);
    this.#gone.set(id, { state, since: this.#clock(), finally: final, view });
  }

  /** What can still be seen of an object that is gone. */
  deletedView(id: string): Attributes | null {
    const gone = this.#gone.get(id);
    if (gone === undefined) return null;
    const passed = this.#clock() - gone.since;
    const state = passed < this.#settleMs ? gone.state : gone.finally;
    if (state !== null && passed < REMEMBERED_MS) return { ...gone.view, lifecycleState: state };
    this.#gone.delete(id);
    return null;
  }

  recentlyDeleted(): readonly Attributes[] {
    return [...this.#gone.keys()].map((id) => this.deletedView(id)).filter((view) => view !== null);
  }
}
