/** Whether a node takes a pod: taints, selectors, what is asked for and what is left. */
import { at, type Fields, fieldsAt, itemsAt, mapAt, nameOf, textAt } from "../objects/fields.ts";
import { quantity } from "../objects/quantity.ts";
import { expression } from "../objects/selectors.ts";
import type { Cluster } from "../store/cluster.ts";

/** Whether a pod bears a taint. */
export function bears(tolerations: readonly Fields[], taint: Fields): boolean {
  return tolerations.some((each) => {
    const effect = textAt(each, "effect");
    if (effect !== "" && effect !== taint["effect"]) return false;
    const key = textAt(each, "key");
    if (textAt(each, "operator") === "Exists") return key === "" || key === taint["key"];
    return key === taint["key"] && textAt(each, "value") === textAt(taint, "value");
  });
}

/** The first taint with one of the effects that a pod does not bear. */
export function unborne(node: Fields, tolerations: readonly Fields[], effects: readonly string[]): Fields | undefined {
  return itemsAt(node, "spec", "taints").find(
    (taint) => effects.includes(textAt(taint, "effect")) && !bears(tolerations, taint),
  );
}

/** Whether a node has the labels that a pod wants. */
export function fitsLabels(spec: Fields, node: Fields): boolean {
  const labels = mapAt(node, "metadata", "labels");
  if (!Object.entries(mapAt(spec, "nodeSelector")).every(([key, value]) => labels[key] === value)) return false;
  const required = at(spec, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution");
  if (required === undefined) return true;
  return itemsAt(required, "nodeSelectorTerms").some(
    (term) =>
      itemsAt(term, "matchExpressions").every((each) => expression(each)(labels)) &&
      itemsAt(term, "matchFields").every((each) => expression(each)({ "metadata.name": nameOf(node) })),
  );
}

/** What a pod asks for of a resource: of its containers together, or of its largest init container. */
export function asksFor(pod: Fields, resource: string): number {
  const of = (container: Fields): number => quantity(mapAt(container, "resources", "requests")[resource] ?? "0") ?? 0;
  const together = itemsAt(pod, "spec", "containers").reduce((sum, each) => sum + of(each), 0);
  return Math.max(together, ...itemsAt(pod, "spec", "initContainers").map(of));
}

const RESOURCES = ["cpu", "memory", "ephemeral-storage"];

/** Why a node does not take a pod, in the scheduler's words; null where it does. */
export function refusal({ store }: Cluster, pod: Fields, node: Fields): string | null {
  const spec = fieldsAt(pod, "spec");
  const tolerations = itemsAt(spec, "tolerations");
  const isUnschedulable = at(node, "spec", "unschedulable") === true;
  if (isUnschedulable && !bears(tolerations, { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" }))
    return "node(s) were unschedulable";
  const taint = unborne(node, tolerations, ["NoSchedule", "NoExecute"]);
  if (taint) return `node(s) had untolerated taint {${textAt(taint, "key")}: ${textAt(taint, "value")}}`;
  if (!fitsLabels(spec, node)) return "node(s) didn't match Pod's node affinity/selector";
  const there = store
    .list("Pod")
    .filter(
      (each) =>
        textAt(each, "spec", "nodeName") === nameOf(node) &&
        !["Succeeded", "Failed"].includes(textAt(each, "status", "phase")),
    );
  const allocatable = mapAt(node, "status", "allocatable");
  if (there.length >= Number(allocatable["pods"] ?? 110)) return "Too many pods";
  const short = RESOURCES.find((resource) => {
    const wanted = asksFor(pod, resource);
    const used = there.reduce((sum, each) => sum + asksFor(each, resource), 0);
    return wanted > 0 && used + wanted > (quantity(allocatable[resource] ?? "0") ?? 0);
  });
  return short === undefined ? null : `Insufficient ${short}`;
}
