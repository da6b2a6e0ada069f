/** The lab on one screen, in lines for people. */
import { showFindings } from "../../ui/findings.ts";
import type { Terminal } from "../../ui/terminal.ts";
import { table } from "../../ui/words.ts";
import type { StackStatus } from "./lab-parts.ts";
import type { LabStatus } from "./lab-status.ts";

type Colors = Terminal["colors"];
type Rows = readonly (readonly string[])[];

/** What is well, and what is not there yet; all else is red. */
const GOOD = new Set(["deployed", "running", "ready", "yours", "made"]);
const CALM = new Set(["not deployed", "partly deployed", "not made", "unknown", "provisioning", "starting"]);

function colored(state: string, colors: Colors): string {
  if (GOOD.has(state)) return colors.green(state);
  return CALM.has(state) ? colors.yellow(state) : colors.red(state);
}

function objects({ state, made, wanted }: StackStatus): string {
  if (state === "deployed") return `${made} objects`;
  if (state === "partly deployed") return `${made} of ${wanted} objects`;
  return state === "unknown" ? "its state cannot be read" : `${wanted} objects to make`;
}

const named = (product: string, version: string | null): string => (version === null ? "" : `${product} ${version}`);

function portLines({ ports, opened, sandbox }: LabStatus): Rows {
  const list = (open: boolean): string =>
    ports
      .filter((each) => each.open === open)
      .map(({ port, name }) => `${port} ${name}`)
      .join(", ");
  const opens = sandbox ? "npx lab sandbox start" : "npx lab tunnel";
  const open = list(true) === "" ? [] : [[`open on 127.0.0.1, by ${opened ?? "another program"}: ${list(true)}`]];
  const closed = list(false) === "" ? [] : [[`closed, \`${opens}\` opens them: ${list(false)}`]];
  return [...open, ...closed];
}

/** The parts, each with its rows; those that this lab has not are left out. */
function parts(status: LabStatus, colors: Colors): readonly (readonly [title: string, rows: Rows])[] {
  const { stacks, hosts, nodes, versions, cost, sandbox, page } = status;
  const wanted = Object.entries(versions).map(([product, version]) => `${product} ${version}`);
  const all: readonly (readonly [string, Rows])[] = [
    ["stacks", stacks.map((stack) => [stack.name, colored(stack.state, colors), objects(stack)])],
    ["hosts", hosts.map(({ name, state, address }) => [name, colored(state, colors), address ?? ""])],
    [
      "nodes",
      nodes.map(({ name, state, role, address, talos, kubernetes }) => [
        name,
        colored(state, colors),
        role,
        address,
        [named("Talos", talos), named("Kubernetes", kubernetes)].filter(Boolean).join(", "),
      ]),
    ],
    ["config", wanted.length === 0 ? [] : [[wanted.join(", ")]]],
    ["cost", cost === null ? [] : [[cost]]],
    ["ports", portLines(status)],
    ["page", sandbox ? [[page ?? "the sandbox does not run: `npx lab sandbox open` starts it"]] : []],
  ];
  return all.filter(([, rows]) => rows.length > 0);
}

/** Prints it; what needs attention comes last, where it is seen. */
export function showLabStatus(terminal: Terminal, status: LabStatus): void {
  const { colors } = terminal;
  const { lab, home, sandbox, attention } = status;
  const what = lab === null ? "a lab whose config cannot be used" : `lab ${lab.name}, preset ${lab.preset}`;
  terminal.line(`${colors.bold(what)}, ${sandbox ? "in the sandbox of" : "kept in"} ${home}`);
  const titled = parts(status, colors).flatMap(([title, rows]) =>
    table(rows).map((line, index) => [index === 0 ? title : "", line.trimEnd()]),
  );
  for (const line of table(titled)) terminal.line(line);
  if (attention.length === 0) terminal.line("nothing needs attention");
  else showFindings(terminal, attention);
}
