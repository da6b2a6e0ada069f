/** The columns of kinds whose objects do nothing by themselves here. */
import { at, type Fields, itemsAt, numberAt, textAt } from "../objects/fields.ts";
import { age, type Column, created, name, NONE, number, orNotSet, text } from "./cells.ts";

/** What is measured, of which nothing is known, and how much is wanted. */
function targets(scaler: Fields): string {
  const all = itemsAt(scaler, "spec", "metrics").map((metric) => {
    const target = at(metric, "resource", "target");
    const percent = numberAt(target, ["averageUtilization"]);
    const wanted = percent > 0 ? `${percent}%` : orNotSet(at(target, "averageValue") ?? at(target, "value"));
    return `${textAt(metric, "resource", "name") || textAt(metric, "type")}: <unknown>/${wanted}`;
  });
  return all.join(", ") || NONE;
}

/** By kind. */
export const MORE_COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  CustomResourceDefinition: [name, created],
  HorizontalPodAutoscaler: [
    name,
    ["Reference", (scaler) => ["kind", "name"].map((each) => textAt(scaler, "spec", "scaleTargetRef", each)).join("/")],
    ["Targets", targets],
    ["MinPods", number("spec", "minReplicas")],
    ["MaxPods", number("spec", "maxReplicas")],
    ["Replicas", number("status", "currentReplicas")],
    age,
  ],
  IngressClass: [name, ["Controller", text("spec", "controller")], ["Parameters", () => NONE], age],
  PriorityClass: [
    name,
    ["Value", number("value")],
    ["Global-Default", (object) => String(object["globalDefault"] === true)],
    age,
    ["PreemptionPolicy", (object) => textAt(object, "preemptionPolicy") || "PreemptLowerPriority"],
  ],
};
