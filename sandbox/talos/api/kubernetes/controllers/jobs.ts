/** Jobs: pods that come to their end. A CronJob makes none by itself, as nothing here waits for a time. */
import { at, type Fields, fieldsAt, isGoing, nameOf, namespaceOf, numberAt, textAt } from "../objects/fields.ts";
import type { Cluster } from "../store/cluster.ts";
import { kindNamed } from "../kinds/kinds.ts";
import { deleteObject } from "../verbs/remove.ts";
import { tell } from "./events.ts";
import { controllerOf, dropPod, granted, isActive, isReady, makePod, ownedBy, setStatus } from "./own-pods.ts";

const BY = "job-controller";

/** Makes pods until enough have come to their end. */
export function jobs(cluster: Cluster): void {
  for (const job of cluster.store.list("Job")) {
    if (isGoing(job)) continue;
    const pods = ownedBy(cluster, "Pod", job);
    const succeeded = pods.filter((pod) => textAt(pod, "status", "phase") === "Succeeded").length;
    const active = pods.filter(isActive);
    const parallelism = numberAt(job, ["spec", "parallelism"], 1);
    const completions = numberAt(job, ["spec", "completions"], parallelism);
    const isSuspended = at(job, "spec", "suspend") === true;
    const isDone = succeeded >= completions;
    const wanted = isSuspended || isDone ? 0 : Math.min(parallelism, completions - succeeded);
    const room = granted(cluster, job, wanted + succeeded) - succeeded;
    for (let n = active.length; n < room; n++) if (!makePod(cluster, job)) break;
    if (isSuspended) for (const pod of active) dropPod(cluster, job, pod);
    count(cluster, job, isDone, isSuspended);
    forget(cluster, job);
  }
}

function count(cluster: Cluster, job: Fields, isDone: boolean, isSuspended: boolean): void {
  const { store } = cluster;
  const pods = ownedBy(cluster, "Pod", job);
  const active = pods.filter(isActive);
  const started = textAt(job, "status", "startTime") || store.now;
  const ended = textAt(job, "status", "completionTime") || store.now;
  const holds = (type: string, [reason, message]: readonly [string, string]): Fields => ({
    type,
    status: "True",
    lastProbeTime: ended,
    lastTransitionTime: ended,
    reason,
    message,
  });
  const reached: readonly [string, string] = ["CompletionsReached", "Reached expected number of succeeded pods"];
  setStatus(cluster, "Job", job, {
    ...(isSuspended
      ? {
          conditions: [
            {
              ...holds("Suspended", ["JobSuspended", "Job suspended"]),
              lastProbeTime: started,
              lastTransitionTime: started,
            },
          ],
        }
      : { startTime: started }),
    ...(active.length > 0 && { active: active.length }),
    ready: active.filter(isReady).length,
    terminating: 0,
    uncountedTerminatedPods: {},
    succeeded: pods.filter((pod) => textAt(pod, "status", "phase") === "Succeeded").length,
    ...(isDone && {
      completionTime: ended,
      conditions: [holds("SuccessCriteriaMet", reached), holds("Complete", reached)],
    }),
  });
  if (isDone) tell(cluster, job, ["Normal", "Completed"], "Job completed", BY);
}

/** What was to be kept for a while only. */
function forget(cluster: Cluster, job: Fields): void {
  const [keeps, ended] = [at(job, "spec", "ttlSecondsAfterFinished"), textAt(job, "status", "completionTime")];
  if (typeof keeps !== "number" || ended === "") return;
  if (Date.parse(cluster.store.now) >= Date.parse(ended) + keeps * 1000) deleteObject(cluster, kindNamed("Job"), job);
}

/** Which of its jobs run. */
export function cronJobs(cluster: Cluster): void {
  for (const cron of cluster.store.list("CronJob")) {
    const own = cluster.store
      .list("Job", namespaceOf(cron))
      .filter((job) => controllerOf(job) === fieldsAt(cron, "metadata")["uid"]);
    const active = own
      .filter((job) => textAt(job, "status", "completionTime") === "")
      .map((job) => ({
        kind: "Job",
        apiVersion: "batch/v1",
        namespace: namespaceOf(job),
        name: nameOf(job),
        uid: textAt(job, "metadata", "uid"),
      }));
    const { active: _before, ...status } = fieldsAt(cron, "status");
    setStatus(cluster, "CronJob", cron, active.length > 0 ? { ...status, active } : status);
  }
}
