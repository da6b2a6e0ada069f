/** The columns of pods. */
import { at, conditionOf, type Fields, isGoing, itemsAt, numberAt, textAt } from "../objects/fields.ts";
import type { Column } from "./cells.ts";

/** In one word how a pod is. */
function podStatus(pod: Fields): string {
  if (isGoing(pod)) return textAt(pod, "status", "reason") === "NodeLost" ? "Unknown" : "Terminating";
  const [reason] = itemsAt(pod, "status", "containerStatuses").flatMap((each) => {
    const found = textAt(each, "state", "waiting", "reason") || textAt(each, "state", "terminated", "reason");
    return found === "" ? [] : [found];
  });
  if (reason !== undefined) return reason;
  const isGated = textAt(conditionOf(pod, "PodScheduled"), "reason") === "SchedulingGated";
  return textAt(pod, "status", "reason") || (isGated ? "SchedulingGated" : textAt(pod, "status", "phase"));
}

/** Those of `kubectl get pods`. */
export function podColumns(name: Column, age: Column): readonly Column[] {
  const statuses = (pod: Fields): readonly Fields[] => itemsAt(pod, "status", "containerStatuses");
  const or = (value: string): string => value || "<none>";
  return [
    name,
    [
      "Ready",
      (pod) =>
        `${statuses(pod).filter((each) => each["ready"] === true).length}/${itemsAt(pod, "spec", "containers").length}`,
    ],
    ["Status", podStatus],
    ["Restarts", (pod) => String(statuses(pod).reduce((sum, each) => sum + numberAt(each, ["restartCount"]), 0))],
    age,
    ["IP", (pod) => or(textAt(pod, "status", "podIP")), 1],
    ["Node", (pod) => or(textAt(pod, "spec", "nodeName")), 1],
    ["Nominated Node", (pod) => or(textAt(pod, "status", "nominatedNodeName")), 1],
    [
      "Readiness Gates",
      (pod) => {
        const gates = itemsAt(pod, "spec", "readinessGates");
        const met = gates.filter((gate) => at(conditionOf(pod, textAt(gate, "conditionType")), "status") === "True");
        return gates.length === 0 ? "<none>" : `${met.length}/${gates.length}`;
      },
      1,
    ],
  ];
}
