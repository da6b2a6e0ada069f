/** Parses the machine-readable UI of terraform and tofu (`-json`): one JSON object a line. */
import { z } from "zod";
import { continued, visibleLine, visibleText } from "../../ui/visible.ts";

/** Of a provider, and so of a service. */
const line = z.string().transform(visibleLine);
const text = z.string().transform(visibleText);

const resource = z.object({ addr: line, resource_type: z.string() });
const time = { "@timestamp": z.string() };
const action = z.string();

const diagnostic = z.object({
  severity: z.string(),
  summary: text.transform(continued),
  detail: text.default(""),
  address: line.optional(),
});

const hook = z.object({
  resource,
  action: action.default(""),
  id_key: z.string().optional(),
  id_value: line.optional(),
  elapsed_seconds: z.number().default(0),
  output: text.transform(continued).default(""),
});

const message = z.discriminatedUnion("type", [
  z.object({ type: z.literal("version"), terraform: z.string().optional(), tofu: z.string().optional() }),
  z.object({
    type: z.literal("planned_change"),
    change: z.object({
      resource,
      action,
      reason: z.string().optional(),
      importing: z.unknown().optional(),
    }),
  }),
  z.object({
    type: z.literal("change_summary"),
    changes: z.object({ add: z.number(), change: z.number(), remove: z.number(), operation: z.string() }),
  }),
  z.object({ type: z.literal("resource_drift"), change: z.object({ resource, action }) }),
  z.object({ type: z.literal("diagnostic"), diagnostic }),
  z.object({
    type: z.literal("outputs"),
    outputs: z.record(
      z.string(),
      z.object({ sensitive: z.boolean().default(false), action: z.string().optional(), value: z.unknown().optional() }),
    ),
  }),
  z.object({ type: z.literal("apply_start"), ...time, hook }),
  z.object({ type: z.literal("apply_progress"), ...time, hook }),
  z.object({ type: z.literal("apply_complete"), ...time, hook }),
  z.object({ type: z.literal("apply_errored"), ...time, hook }),
  z.object({ type: z.literal("provision_start"), hook }),
  z.object({ type: z.literal("provision_progress"), ...time, hook }),
]);

/** Most lines are of other types, which this alone identifies: there is one for every object that is looked at. */
const TYPES: ReadonlySet<unknown> = new Set(message.options.map(({ shape }) => shape.type.value));

/** A message of a type that is used. */
export type UiMessage = z.infer<typeof message>;
/** An error or a warning, as the tool reports it. */
export type Diagnostic = z.infer<typeof diagnostic>;
/** An output in a plan, or after an apply. */
export type OutputChange = {
  readonly sensitive: boolean;
  readonly action?: string | undefined;
  readonly value?: unknown;
};

/** One line of the UI: a message we know, nothing for one we do not, or text that is no message at all. */
export function parseUiLine(line: string): UiMessage | { readonly type: "text"; readonly text: string } | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return line.trim() === "" ? null : { type: "text", text: visibleText(line) };
  }
  if (typeof value !== "object" || value === null || !TYPES.has(Reflect.get(value, "type"))) return null;
  const parsed = message.safeParse(value);
  return parsed.success ? parsed.data : null;
}
