/** `cdktf diff`: plans every chosen stack and changes nothing. Exits with 2 when a deploy would do something. */
import { AlreadyTold, messageOf } from "../errors.ts";
import { list } from "../show/words.ts";
import type { StackInfo } from "../synth/assembly.ts";
import { upstreamOf } from "../synth/graph.ts";
import { showPlan, summaryOf } from "../show/plan.ts";
import { changeDetails } from "../terraform/details.ts";
import { discard, planStack } from "../terraform/plan.ts";
import { previewOf } from "../terraform/preview.ts";
import { atATime, begin, initializeAhead, type RunOptions } from "./begin.ts";
import { missingUpstream } from "./dependencies.ts";
import { faceLosses, type LossOptions } from "./losses.ts";
import { result, type StackResult } from "./results.ts";
import { runInOrder } from "./schedule.ts";
import type { Session } from "./session.ts";
import { printDocument } from "./document.ts";
import { atWork } from "./workplace.ts";

/** The hosts' image where a deploy would build it first; the sandbox takes an image's word for it. */
function imageToBuild({ assembly, sandbox }: Session): string | null {
  const image = assembly.lab?.images?.proxmox;
  return sandbox !== null || image === undefined || image.built ? null : image.objectName;
}

export async function diff(names: readonly string[], options: RunOptions & LossOptions): Promise<number> {
  return atWork(options, "cdktf diff", async (place) => {
    const { terminal, interruption } = place;
    const { session, stacks, label } = await begin(place, names, options);
    try {
      await faceLosses(session, stacks, {});
      const initialized = initializeAhead(session, stacks);
      const results = new Map<string, StackResult>();
      const show: (() => void)[] = [];

      const diffOne = async (info: StackInfo): Promise<StackResult> => {
        await initialized(info);
        const stack = session.stack(info);
        const preview = previewOf(stack, upstreamOf(info, session.assembly.stacks).map(session.stack));
        try {
          // Hosts that have yet to be made answer to nobody.
          if ((await missingUpstream(session, info)).length === 0) await session.connect(info);
          const env = session.environment(stack);
          const plan = await planStack(session, preview?.stack ?? stack, env, label(info), options);
          const details = await changeDetails(session, plan);
          discard(plan);
          const after = preview === null ? "" : `, after ${list(preview.after)}`;
          // Plans come in any order; they are shown in that of the stacks.
          show[stacks.indexOf(info)] = () => {
            terminal.line(`${label(info)} ${summaryOf(plan)}${after}`);
            showPlan(terminal, plan, details);
          };
          return {
            ...result(info.name, plan.pending ? "changed" : "unchanged", plan.counts),
            ...(preview !== null && { after: preview.after }),
          };
        } finally {
          preview?.dispose();
        }
      };

      // A plan reads other stacks' state only, so none waits for another.
      await runInOrder(
        stacks,
        () => [],
        atATime(options.parallelism),
        async (info) => {
          try {
            results.set(info.name, await diffOne(info));
          } catch (error) {
            if (!(error instanceof AlreadyTold) && !interruption.signal.aborted)
              terminal.aside(`Error in ${info.name}: ${messageOf(error)}`);
            results.set(info.name, result(info.name, interruption.signal.aborted ? "interrupted" : "failed"));
          }
          return "done";
        },
        interruption.signal,
      );
      for (const line of show) line?.();
      const image = imageToBuild(session);
      if (image !== null) terminal.aside(`the hosts' image will be built by a deploy: ${image}`);
      const all = stacks.map(({ name }) => results.get(name) ?? result(name, "skipped"));
      if (options.json) printDocument({ stacks: all, ...(image !== null && { imagesToBuild: [image] }) });
      interruption.signal.throwIfAborted();
      if (all.some(({ status }) => status === "failed")) throw new AlreadyTold();
      return all.some(({ status }) => status === "changed") ? 2 : 0;
    } finally {
      session.close();
    }
  });
}
