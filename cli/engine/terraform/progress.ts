/** Turns the messages of one terraform run into lines, and remembers what the run said of itself. */
import type { Terminal } from "../../ui/terminal.ts";
import { duration } from "../../ui/words.ts";
import type { Identity } from "./binary.ts";
import { type Diagnostic, type OutputChange, parseUiLine, type UiMessage } from "./messages.ts";

export type Action = "create" | "update" | "replace" | "delete" | "import" | "forget";

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

export interface Drift {
  readonly address: string;
  readonly gone: boolean;
}

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
  /** How many objects were made, changed or removed so far. */
  readonly applied: () => Readonly<Record<"create" | "update" | "delete", number>>;
}

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

/** Follows one run of one stack. `label` stands in front of every line. */
export function followProgress(terminal: Terminal, label: string): Progress {
  const { colors } = terminal;
  const running = new Map<string, { readonly action: string; readonly since: number }>();
  const applied = { create: 0, update: 0, delete: 0 };
  const changes: PlannedChange[] = [];
  const actions: string[] = [];
  let summary: Summary | null = null;
  const drift: Drift[] = [];
  const diagnostics: Diagnostic[] = [];
  let outputs: Readonly<Record<string, OutputChange>> = {};
  let tool: Identity | null = null;

  const showRunning = (): void => {
    const [first] = running;
    if (first === undefined) return terminal.status("");
    const others = running.size > 1 ? ` and ${running.size - 1} more` : "";
    return terminal.status(colors.dim(`${label} ${DOING[first[1].action] ?? first[1].action} ${first[0]}${others}`));
  };
  const signOf = (action: string): string => {
    if (action === "create") return colors.green("+");
    return action === "delete" ? colors.red("-") : colors.yellow("~");
  };
  const planned = (change: (UiMessage & { type: "planned_change" })["change"]): void => {
    actions.push(change.action);
    const imported = change.importing !== undefined && change.action !== "replace";
    const action = imported ? "import" : ACTIONS[change.action];
    if (action !== undefined) changes.push({ action, address: change.resource.addr, reason: change.reason });
  };

  const take = (message: UiMessage): void => {
    switch (message.type) {
      case "version":
        if (message.tofu !== undefined) tool = { product: "OpenTofu", version: message.tofu };
        else if (message.terraform !== undefined) tool = { product: "Terraform", version: message.terraform };
        break;
      case "planned_change":
        planned(message.change);
        break;
      case "change_summary":
        summary = message.changes;
        break;
      case "resource_drift":
        drift.push({ address: message.change.resource.addr, gone: message.change.action === "delete" });
        break;
      case "outputs":
        outputs = message.outputs;
        break;
      case "diagnostic":
        diagnostics.push(message.diagnostic);
        break;
      case "apply_start":
        if (message.hook.action in DOING) {
          running.set(message.hook.resource.addr, {
            action: message.hook.action,
            since: Date.parse(message["@timestamp"]),
          });
        }
        showRunning();
        break;
      case "apply_progress": {
        const seconds = message.hook.elapsed_seconds;
        if (PATIENCE.has(seconds) || (seconds > 0 && seconds % 60 === 0)) {
          const doing = DOING[message.hook.action] ?? message.hook.action;
          terminal.line(
            `${label} ${colors.dim(`… ${doing} ${message.hook.resource.addr}, ${duration(seconds * 1000)} so far`)}`,
          );
        }
        break;
      }
      case "provision_progress":
        if (!isOwnWord(message.hook.output)) terminal.line(`${label} ${colors.dim(`| ${message.hook.output}`)}`);
        break;
      case "apply_complete":
      case "apply_errored": {
        const { action, resource } = message.hook;
        const since = running.get(resource.addr)?.since;
        running.delete(resource.addr);
        const took = since === undefined ? "" : duration(Date.parse(message["@timestamp"]) - since);
        const failed = message.type === "apply_errored";
        if (!failed && (action === "create" || action === "update" || action === "delete")) applied[action] += 1;
        if (action in DOING) {
          const sign = failed ? colors.red("!") : signOf(action);
          const how = failed ? `failed after ${took}` : took;
          terminal.line(`${label} ${sign} ${resource.addr}  ${colors.dim(how)}`);
        }
        showRunning();
        break;
      }
    }
  };

  return {
    onLine(line) {
      const message = parseUiLine(line);
      if (message === null) return;
      // Not a message: a crash, or a warning from before the UI began. People should see it as it is.
      if (message.type === "text") terminal.aside(`${label} ${message.text}`);
      else take(message);
    },
    changes,
    actions,
    get summary() {
      return summary;
    },
    drift,
    diagnostics,
    get outputs() {
      return outputs;
    },
    get tool() {
      return tool;
    },
    applied: () => ({ ...applied }),
  };
}
