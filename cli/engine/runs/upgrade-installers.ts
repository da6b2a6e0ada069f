/** What an upgrade reads of the state: installers. */
import type { MachinePlan } from "../../../topology/types.ts";
import type { State } from "../state/state.ts";

const INSTALLER = /^\s*image: "?([^\s"]*installer[^\s"]*)"?$/m;

/** The installer that each node is configured with, by the node's name. */
export function installersIn(
  { resources }: State,
  nodes: readonly Pick<MachinePlan, "name" | "address">[],
): ReadonlyMap<string, string> {
  return new Map(
    resources.flatMap(({ type, attributes }): [string, string][] => {
      if (type !== "talos_machine_configuration_apply") return [];
      const plan = nodes.find(({ address }) => address === attributes["node"]);
      const texts = Object.values(attributes).filter((value) => typeof value === "string");
      const image = texts.map((text) => INSTALLER.exec(text)?.[1]).find((found) => found !== undefined);
      return plan === undefined || image === undefined ? [] : [[plan.name, image]];
    }),
  );
}
