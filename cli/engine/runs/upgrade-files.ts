/** What an upgrade reads of the state, and what it keeps: installers, and a snapshot of etcd. */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { MachinePlan } from "../../../topology/types.ts";
import { near } from "../../ui/words.ts";
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

/**
 * Keeps a snapshot of etcd beside the states, for nobody else to read: all Secrets are in it.
 *
 * @returns the file
 */
export function keepSnapshot(data: string, snapshot: Buffer, now: Date): string {
  const folder = join(data, "etcd");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${now.toISOString().replaceAll(/[:.]/g, "-")}.snapshot`);
  writeFileSync(`${file}.part`, snapshot, { mode: 0o600 });
  renameSync(`${file}.part`, file);
  return near(file);
}
