/** Turns the messages of one run of the tool into lines, and remembers what it said. */
import type { Terminal } from "../../ui/terminal.ts";
import { duration } from "../../ui/words.ts";
import type { Identity } from "./binary.ts";
import { type Diagnostic, type OutputChange, parseUiLine, type UiMessage } from "./messages.ts";

/** What becomes of an object. */
export type Action = "create" | "update" | "replace" | "delete" | "import" | "forget";

/** A change of one object. */
export interface PlannedChange {
  readonly action: Action;
  readonly address: string;
  /** Why it has to be so, such as `cannot_update`. */
  readonly reason: string | undefined;
}

/** Numbers of objects in the tool's own sum: a replaced one is one to add and one to remove. */
export interface Summary {
  readonly add: number;
  readonly change: number;
  readonly remove: number;
  /** `plan`, `apply` or `destroy`. */
  readonly operation: string;
}

/** An object that something else has changed. */
export interface Drift {
  readonly address: string;
  readonly gone: boolean;
}

/** What a run has said so far. */
export interface Progress {
  /** Takes a line of the log. */
  readonly onLine: (line: string) => void;
  readonly changes: readonly PlannedChange[];
  /** Actions of all planned changes in the tool's own words, also of those that are of no interest to people. */
  readonly actions: readonly string[];
  /** What it says that all of these, or all that was done, come to; null as long as it has not. */
  readonly summary: Summary | null;
  /** Objects that changed behind terraform's back; `gone` ones vanished. */
  readonly drift: readonly Drift[];
  readonly outputs: Readonly<Record<string, OutputChange>>;
  readonly diagnostics: readonly Diagnostic[];
  /** The tool that runs, as it calls itself; null as long as it has not. */
  readonly tool: Identity | null;
  /** Shows nothing as under way any more: the run has ended, whatever it said last. */
  readonly stop: () => void;
  /** How many objects were made, changed or removed so far. */
  readonly applied: () => Readonly<Record<"create" | "update" | "delete", number>>;
}

/** The sign before an object, by what becomes of it. */
export const SIGNS: Readonly<Record<Action, string>> = {
  create: "+",
  update: "~",
  replace: "-/+",
  delete: "-",
  import: "<=",
  forget: "x",
};

const ACTIONS: Readonly<Record<string, Action>> = {
  create: "create",
  update: "update",
  replace: "replace",
  delete: "delete",
  remove: "delete",
  forget: "forget",
};

const DOING: Readonly<Record<string, string>> = { create: "creating", update: "changing", delete: "destroying" };

/** What is said of an operation that takes long, at these seconds and then every minute. */
const PATIENCE = new Set([10, 30]);

/** What terraform says of a script, rather than the script itself. */
function isOwnWord(output: string): boolean {
  return output.startsWith("Executing: [") || output === "(output suppressed due to sensitive value in config)";
}

/** What is known of an apply before it begins. */
export interface Expected {
  /** How many objects it makes, changes and destroys; a replaced one counts twice. */
  readonly total: number;
  /** How long the provider waits for an object, as configured, such as `30m`; null where nothing is. */
  patience(address: string, action: string): string | null;
  /** Is told how far it has come, whenever something begins or ends. @default - nobody is */
  readonly tell?: (done: number, current: string | null) => void;
}

/** How many of what is under way a terminal shows at once. */
const SHOWN = 4;

const TICK_MS = 1000;

type Messages = { readonly [Type in UiMessage["type"]]: Extract<UiMessage, { readonly type: Type }> };

class FollowedRun implements Progress {
  readonly changes: PlannedChange[] = [];
  readonly actions: string[] = [];
  readonly drift: Drift[] = [];
  readonly diagnostics: Diagnostic[] = [];
  summary: Summary | null = null;
  outputs: Progress["outputs"] = {};
  tool: Identity | null = null;
  readonly #terminal: Terminal;
  readonly #label: string;
  /** What was begun and has not ended, by address; when, in milliseconds. */
  readonly #running = new Map<string, { readonly action: string; readonly since: number }>();
  readonly #applied = { create: 0, update: 0, delete: 0 };
  readonly #expected: Expected | null;
  #tick: NodeJS.Timeout | undefined;

  constructor(terminal: Terminal, label: string, expected: Expected | null) {
    this.#terminal = terminal;
    this.#label = label;
    this.#expected = expected;
  }

  readonly onLine = (line: string): void => {
    const message = parseUiLine(line);
    if (message === null) return;
    // Not a message: a crash, or a warning from before the UI began. People should see it as it is.
    if (message.type === "text") this.#terminal.aside(`${this.#label} ${message.text}`);
    else this.#take(message);
  };

  readonly stop = (): void => {
    this.#running.clear();
    this.#showRunning();
  };

  readonly applied = (): ReturnType<Progress["applied"]> => ({ ...this.#applied });

  #take(message: UiMessage): void {
    switch (message.type) {
      case "version":
        if (message.tofu !== undefined) this.tool = { product: "OpenTofu", version: message.tofu };
        else if (message.terraform !== undefined) this.tool = { product: "Terraform", version: message.terraform };
        break;
      case "planned_change":
        this.#planned(message);
        break;
      case "change_summary":
        this.summary = message.changes;
        break;
      case "resource_drift":
        this.drift.push({ address: message.change.resource.addr, gone: message.change.action === "delete" });
        break;
      case "outputs":
        this.outputs = message.outputs;
        break;
      case "diagnostic":
        this.diagnostics.push(message.diagnostic);
        break;
      case "apply_start":
        this.#started(message);
        break;
      case "apply_progress":
        this.#goesOn(message);
        break;
      case "provision_progress":
        if (!isOwnWord(message.hook.output)) this.#line(this.#dim(`| ${message.hook.output}`));
        break;
      case "apply_complete":
      case "apply_errored":
        this.#ended(message);
    }
  }

  #planned({ change }: Messages["planned_change"]): void {
    this.actions.push(change.action);
    const imported = change.importing !== undefined && change.action !== "replace";
    const action = imported ? "import" : ACTIONS[change.action];
    if (action !== undefined) this.changes.push({ action, address: change.resource.addr, reason: change.reason });
  }

  #started({ hook, ...message }: Messages["apply_start"]): void {
    const { action, resource } = hook;
    if (action in DOING) this.#running.set(resource.addr, { action, since: Date.parse(message["@timestamp"]) });
    this.#tell();
    this.#showRunning();
  }

  #goesOn({ hook }: Messages["apply_progress"]): void {
    const { action, resource, elapsed_seconds: seconds } = hook;
    if (!PATIENCE.has(seconds) && !(seconds > 0 && seconds % 60 === 0)) return;
    this.#line(this.#dim(`… ${this.#underWay(resource.addr, action, seconds * 1000)}`));
  }

  #ended({ type, hook, ...message }: Messages["apply_complete"] | Messages["apply_errored"]): void {
    const { action, resource } = hook;
    const since = this.#running.get(resource.addr)?.since;
    this.#running.delete(resource.addr);
    const took = since === undefined ? "" : duration(Date.parse(message["@timestamp"]) - since);
    const failed = type === "apply_errored";
    if (!failed && (action === "create" || action === "update" || action === "delete")) this.#applied[action] += 1;
    if (action in DOING) {
      const sign = failed ? this.#terminal.colors.red("!") : this.#signOf(action);
      this.#line(`${sign} ${resource.addr}  ${this.#dim(failed ? `failed after ${took}` : took)}`);
    }
    this.#tell();
    this.#showRunning();
  }

  /** `[12/27] creating oci_core_instance.pve-1_instance, 1m12s of up to 30m` */
  #underWay(address: string, action: string, milliseconds: number): string {
    const { create, update, delete: removed } = this.#applied;
    const patience = this.#expected?.patience(address, action) ?? null;
    const count = this.#expected === null ? "" : `[${create + update + removed}/${this.#expected.total}] `;
    const upTo = patience === null ? "so far" : `of up to ${patience}`;
    return `${count}${DOING[action] ?? action} ${address}, ${duration(milliseconds)} ${upTo}`;
  }

  #tell(): void {
    const { create, update, delete: removed } = this.#applied;
    const [current = null] = this.#running.keys();
    this.#expected?.tell?.(create + update + removed, current);
  }

  #showRunning(): void {
    const running = [...this.#running];
    if (running.length === 0) {
      clearInterval(this.#tick);
      this.#tick = undefined;
      return this.#terminal.status("");
    }
    // Their times go on while nothing else happens.
    this.#tick ??= setInterval(() => this.#showRunning(), TICK_MS).unref();
    const lines = running
      .slice(0, SHOWN)
      .map(([address, { action, since }]) => `${this.#label} ${this.#underWay(address, action, Date.now() - since)}`);
    const more = running.length > SHOWN ? [`${this.#label} and ${running.length - SHOWN} more`] : [];
    return this.#terminal.status([...lines, ...more].map((line) => this.#dim(line)).join("\n"));
  }

  #signOf(action: string): string {
    const { green, red, yellow } = this.#terminal.colors;
    if (action === "create") return green("+");
    return action === "delete" ? red("-") : yellow("~");
  }

  #line(text: string): void {
    this.#terminal.line(`${this.#label} ${text}`);
  }

  #dim(text: string): string {
    return this.#terminal.colors.dim(text);
  }
}

/**
 * Follows one run of one stack. `label` stands in front of every line.
 *
 * @param expected of an apply. @default - nothing is known
 */
export function followProgress(terminal: Terminal, label: string, expected: Expected | null = null): Progress {
  return new FollowedRun(terminal, label, expected);
}
