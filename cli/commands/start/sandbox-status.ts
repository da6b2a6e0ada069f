/** `lab sandbox status`: whether the sandbox runs, and what is in it, in short or object by object. */
import type { Overview, Sandbox } from "../../../sandbox/client.ts";
import type { CommonOptions } from "../../engine/synth/command-context.ts";
import type { Project } from "../../engine/synth/project.ts";
import { type CommandDefinition, json } from "../../ui/command.ts";
import { printDocument } from "../../ui/document.ts";
import { visibleLine } from "../../ui/visible.ts";
import { plural, table } from "../../ui/words.ts";
import { answered, sandboxProject } from "./sandbox-start.ts";

interface StatusOptions extends CommonOptions {
  /** List every object. */
  readonly all?: boolean;
}

/** How long the ways into the lab that is in it are good. */
async function certificatesIn(sandbox: Sandbox, project: Project) {
  const { certificates } = await import("../../engine/checks/certificates.ts");
  return certificates(project, await answered(sandbox.clock()));
}

/** What is in it, by system; nothing of what is not there. */
function inShort({ oci, proxmox, talos }: Overview): readonly (readonly [title: string, text: string])[] {
  const there = oci.instances.filter(({ state }) => state !== "TERMINATED");
  const instances = there.map(({ name, state }) => `${name} ${state.toLowerCase()}`);
  return [
    ...(instances.length === 0 ? [] : [["instances", instances.join(", ")] as const]),
    ...proxmox.datacenters.map(({ cluster, quorate, hosts, vms }) => {
      const nodes = hosts.map(({ name, online }) => (online ? name : `${name} (down)`)).join(", ");
      const guests = plural(vms.filter(({ state }) => state === "running").length, "running machine");
      return ["Proxmox VE", `${cluster ?? "alone"}${quorate ? "" : ", no quorum"}: ${nodes}; ${guests}`] as const;
    }),
    ...talos.clusters.map(
      ({ name, state, kubernetes, nodes }) =>
        [
          "Kubernetes",
          `${name} ${kubernetes}, ${state}: ${nodes.map((node) => (node.up ? node.name : `${node.name} (down)`)).join(", ")}`,
        ] as const,
    ),
  ];
}

async function show(sandbox: Sandbox, project: Project, all: boolean): Promise<void> {
  const [overview, items, faults] = await answered(
    Promise.all([sandbox.overview(), sandbox.inventory(), sandbox.faults()]),
  );
  console.log(`the sandbox of ${project.home} runs; ${sandbox.page} draws it`);
  const rows = [
    ...inShort(overview),
    ...(faults.length === 0 ? [] : [["faults", `${faults.length}; npx lab sandbox fault list`] as const]),
    ["objects", `${items.length}${all || items.length === 0 ? "" : "; --all lists them"}`] as const,
  ];
  for (const line of table(rows)) console.log(visibleLine(line));
  if (all)
    for (const { type, id, name } of items) {
      const shown = visibleLine(name);
      console.log(`  ${type}  ${shown === "" ? id : `${shown}  ${id}`}`);
    }
  for (const { found, advice } of await certificatesIn(sandbox, project))
    console.log(`certificates: ${found}${advice === null ? "" : `; to do: ${advice}`}`);
}

/** Exits with 1 when it does not run. */
async function sandboxStatus(options: StatusOptions): Promise<number> {
  const { runningSandbox } = await import("../../../sandbox/client.ts");
  const project = sandboxProject(options);
  const { home } = project;
  const sandbox = await answered(runningSandbox(home));
  if (sandbox === null) {
    if (options.json) printDocument({ running: false, home });
    else console.log(`no sandbox runs for ${home}`);
    return 1;
  }
  if (!options.json) {
    await show(sandbox, project, options.all ?? false);
    return 0;
  }
  printDocument({
    running: true,
    home,
    page: sandbox.page,
    overview: await answered(sandbox.overview()),
    certificates: await certificatesIn(sandbox, project),
    ...(options.all && { objects: await answered(sandbox.inventory()) }),
  });
  return 0;
}

/** `lab sandbox status` */
export const status: CommandDefinition<StatusOptions> = {
  name: "status",
  description: "Say whether it runs and what is in it; `lab status --sandbox` says how the lab is",
  examples: ["npx lab sandbox status", "npx lab sandbox status --all"],
  options: (command) => json(command).option("--all", "list every object in it"),
  run: sandboxStatus,
};
