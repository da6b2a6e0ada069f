/** The end of a deploy: how long it took, what the lab costs, and the commands that come next. */
import { join } from "node:path";
import { duration, list, near, table } from "../../ui/words.ts";
import type { Lab, StackInfo } from "../synth/assembly.ts";
import type { Begun } from "./begin.ts";
import { counted } from "./review-text.ts";
import type { StackResult } from "./schedule.ts";

/** The stack that ends with a cluster. */
const LAST = "talos";

function sum(results: readonly StackResult[]): string {
  const total = (part: "add" | "change" | "replace" | "destroy"): number =>
    results.reduce((all, result) => all + result[part], 0);
  const counts = { add: total("add"), change: total("change"), replace: total("replace"), destroy: total("destroy") };
  return counted(counts, 0, "done") || "no object changed";
}

/**
 * The commands that fit to what is deployed now, each with what it is for.
 *
 * @param kubeconfig where `lab kubeconfig` writes it in the sandbox; null on an account
 */
export function nextCommands(
  all: readonly Pick<StackInfo, "name">[],
  done: ReadonlySet<string>,
  kubeconfig: string | null,
): readonly (readonly [command: string, why: string])[] {
  const flag = kubeconfig === null ? "" : " --sandbox";
  const missing = all.map(({ name }) => name).filter((name) => !done.has(name));
  if (!done.has(LAST)) return [[`npx cdktf deploy ${missing.join(" ")}${flag}`, "the rest of the lab"]];
  if (kubeconfig === null)
    return [
      ["npx lab kubeconfig --merge", "adds the cluster to your kubeconfig"],
      ["npx lab tunnel -- kubectl get nodes", "asks the cluster, through the tunnels"],
      ["npx lab validate cluster", "checks nodes, etcd, API, DNS and open ports"],
    ];
  return [
    ["npx lab kubeconfig --sandbox", `writes ${kubeconfig}`],
    [`kubectl --kubeconfig ${kubeconfig} get nodes`, "asks the cluster"],
    ["npx lab sandbox open", "shows the lab live"],
  ];
}

function costLine({ freeTier }: Lab): string | null {
  return freeTier?.table.trimEnd().split("\n").at(-1) ?? null;
}

/**
 * Says so once all chosen stacks are deployed.
 *
 * @param startedMs when the command began, by `performance.now()`
 */
export function sayWhatNext({ session, stacks }: Begun, results: readonly StackResult[], startedMs: number): void {
  const { terminal, assembly, sandbox, project } = session;
  if (assembly.lab === null || !results.some(({ status }) => status === "deployed")) return;
  if (!results.every(({ status }) => status === "deployed" || status === "unchanged")) return;
  const done = new Set(results.map(({ name }) => name));
  terminal.line("");
  terminal.line(
    `${terminal.colors.green("done")} in ${duration(performance.now() - startedMs)}: ${sum(results)} in ${list(stacks.map(({ name }) => name))}`,
  );
  const cost = costLine(assembly.lab);
  if (cost !== null) terminal.line(cost);
  const kubeconfig = sandbox === null ? null : near(join(project.data, "kubeconfig"));
  terminal.line("Next:");
  for (const line of table(nextCommands(assembly.stacks, done, kubeconfig))) terminal.line(`  ${line}`);
}
