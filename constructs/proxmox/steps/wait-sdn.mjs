// @ts-check
/**
 * Waits until every host has created its interfaces of the SDN zone. The apply does not report that: each host
 * reloads its network by itself, and the task succeeds where one has failed. For hosts that lack them it is applied again.
 *
 *   PVE_HOST                  JSON {name, api, address} of any member
 *   PVE_NODES                 JSON list of the names of all
 *   PVE_ZONE                  the zone's id
 *   PVE_AGAIN_SECONDS         after which it is applied again, 30 by default
 *   PVE_TIMEOUT_SECONDS       for all of it, 900 by default
 *   TF_VAR_pve_root_password  password of root@pam
 */
import { NoAnswer, StepError } from "./deadline.mjs";
import { PveApi } from "./pve-client.mjs";
import { list, record } from "./pve-http.mjs";
import { deadline, hostVariable, rootPassword, run, variable } from "./step-input.mjs";

/** @returns {readonly string[]} */
function nodes() {
  const found = /** @type {unknown} */ (JSON.parse(variable("PVE_NODES")));
  if (Array.isArray(found) && found.every((name) => typeof name === "string")) return found;
  throw new StepError("PVE_NODES must be a JSON list of names", 2);
}

await run("wait-sdn", async () => {
  const host = hostVariable("PVE_HOST");
  const zone = variable("PVE_ZONE");
  const names = nodes();
  const pause = Number(process.env.PVE_AGAIN_SECONDS ?? 30) * 1000;
  const time = deadline();
  const api = new PveApi(host, rootPassword(), time);
  await api.ready();
  let next = performance.now() + pause;
  /** @param {string} name */
  const statusOn = async (name) => {
    const zones = list(await api.get(`nodes/${name}/sdn/zones`)).map(record);
    return String(zones.find((entry) => entry.zone === zone)?.status ?? "missing");
  };
  await time.until(`zone ${zone} on ${names.join(", ")}`, async () => {
    const behind = [];
    for (const name of names) {
      const status = await statusOn(name);
      if (status !== "available") behind.push(`${name} (${status})`);
    }
    if (behind.length === 0) return true;
    const who = behind.join(", ");
    if (performance.now() >= next) {
      console.log(`zone ${zone} is not on ${who}: applying it again`);
      await api.put("cluster/sdn", {});
      next = performance.now() + pause;
    }
    throw new NoAnswer(`zone ${zone} is not on ${who}: \`ifreload -a\` there says why`);
  });
  console.log(`zone ${zone} is on ${names.join(", ")}`);
});
