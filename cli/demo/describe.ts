/** What a deployed lab consists of, as a person would want to see it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { visibleLine } from "../masking/visible.ts";
import { openSandbox, type Overview } from "../../sandbox/client.ts";

/** What the app left in cdktf.out. */
const labFile = z.looseObject({ freeTier: z.looseObject({ table: z.string() }) });

type Row = readonly string[];

function table(rows: readonly Row[]): string {
  const shown = rows.map((row) => row.map(visibleLine));
  const widths = shown[0]?.map((_, column) => Math.max(...shown.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: Row): string => `  ${widths.map((width, column) => (row[column] ?? "").padEnd(width)).join("  ")}`;
  return shown.map((row) => line(row).trimEnd()).join("\n");
}

function instances({ oci }: Overview): Row[] {
  return oci.instances.map(({ name, state, shape, ocpus, memoryGb, bootVolumeGb, privateIp }) => [
    name,
    state,
    shape,
    `${ocpus} OCPU`,
    `${memoryGb} GB`,
    `${bootVolumeGb} GB volume`,
    privateIp,
  ]);
}

function machines({ proxmox }: Overview): Row[] {
  return proxmox.datacenters.flatMap(({ vms }) =>
    vms.map(({ vmId, name, host, state, vcpus, memoryMb, diskGb }) => [
      String(vmId),
      name,
      `on ${host}`,
      state,
      `${vcpus} vCPU`,
      `${memoryMb} MB`,
      `${diskGb} GB disk`,
    ]),
  );
}

function clusters({ proxmox }: Overview): string[] {
  return proxmox.datacenters.map(({ cluster, quorate, hosts }) =>
    cluster === null
      ? `Proxmox VE on ${hosts.map(({ name }) => name).join(", ")}, alone`
      : `Proxmox VE cluster ${cluster} of ${hosts.map(({ name }) => name).join(", ")}, ${quorate ? "quorate" : "NOT quorate"}`,
  );
}

/** Asks the sandbox what exists, and the app what it costs. */
export async function describeLab(home: string): Promise<string> {
  const overview = await (await openSandbox({ labHome: home })).overview();
  return [
    "\nWhat now exists in the sandbox:",
    table(instances(overview)),
    ...clusters(overview),
    table(machines(overview)),
    "\nWhat it costs:",
    labFile.parse(JSON.parse(readFileSync(join(home, "cdktf.out", "lab.json"), "utf8"))).freeTier.table,
  ].join("\n");
}
