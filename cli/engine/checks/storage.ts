/** Checks storage: the disk of each machine, and the cluster's StorageClass. */
import { z } from "zod";
import { fail, type Finding, ok, warn } from "../../ui/findings.ts";
import { list } from "../../ui/words.ts";
import { type Check, flag } from "./check-context.ts";

const GIB = 1024 ** 3;
const DEFAULT = "storageclass.kubernetes.io/is-default-class";

const classes = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), annotations: z.record(z.string(), z.string()).optional() }),
    }),
  ),
});

/** Compares the disk of each machine with the config. */
export const disks: Check = async (context) => {
  const name = "disks";
  const findings = await Promise.all(
    context.topology.nodes.map(async ({ name: node, diskGb }): Promise<readonly Finding[]> => {
      try {
        const bytes = await context.talos(node).systemDiskBytes();
        if (bytes !== null && bytes >= diskGb * GIB) return [];
        const found = bytes === null ? "tells of no disk" : `has ${Math.floor(bytes / GIB)} GB`;
        return [fail(name, `${node} ${found}, the config says ${diskGb}`, `npx cdktf deploy proxmox${flag(context)}`)];
      } catch {
        return [warn(name, `${node} does not tell`, "see to its Talos first")];
      }
    }),
  );
  const problems = findings.flat();
  if (problems.length > 0) return problems;
  return [ok(name, list(context.topology.nodes.map((node) => `${node.name} ${node.diskGb} GB`)))];
};

/** The lab installs no StorageClass: what to take depends on what for. */
export const volumes: Check = async ({ kubernetes }) => {
  const name = "volumes";
  const { items } = await kubernetes.get("/apis/storage.k8s.io/v1/storageclasses", classes);
  const all = items.map(({ metadata }) => metadata);
  if (all.length === 0)
    return [
      warn(
        name,
        "there is no StorageClass, and the lab brings none",
        "where a pod is to have a volume, install one, such as local-path-provisioner",
      ),
    ];
  const standard = all.find(({ annotations }) => annotations?.[DEFAULT] === "true");
  const names = list(all.map((each) => each.name));
  if (standard === undefined)
    return [warn(name, `${names}, none of them the default`, `annotate one with ${DEFAULT}=true`)];
  return [ok(name, `StorageClass ${names}; the default is ${standard.name}`)];
};
