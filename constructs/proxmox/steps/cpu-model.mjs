// @ts-check
/**
 * Defines a CPU model of the cluster's own, or sets it right. Proxmox VE has had an API for that since 9.2, and no provider
 * uses it.
 *
 *   PVE_HOST                  JSON {name, api, address} of a host of the cluster
 *   PVE_CPU_MODEL             name that machines give it, such as custom-neoverse-n1
 *   PVE_REPORTED_MODEL        QEMU's model that it is, such as neoverse-n1
 *   PVE_TIMEOUT_SECONDS       for all of it, 900 by default
 *   TF_VAR_pve_root_password  password of root@pam
 */
import { NoAnswer, PveError, StepError } from "./deadline.mjs";
import { PveApi } from "./pve-client.mjs";
import { list, record } from "./pve-http.mjs";
import { deadline, hostVariable, rootPassword, run, variable } from "./step-input.mjs";

const MODELS = "cluster/qemu/custom-cpu-models";

function modelName() {
  const text = variable("PVE_CPU_MODEL");
  if (/^custom-[A-Za-z][\w-]{1,32}$/.test(text)) return text;
  throw new StepError(`PVE_CPU_MODEL is ${text}: a name such as custom-neoverse-n1 is needed`, 2);
}

/**
 * @param {PveApi} api
 * @param {string} name
 */
async function reported(api, name) {
  try {
    const found = list(await api.get(MODELS))
      .map(record)
      .find(({ cputype }) => cputype === name);
    return found && String(found["reported-model"]);
  } catch (error) {
    if (!(error instanceof PveError) || (error.status !== 501 && error.status !== 404)) throw error;
    throw new StepError(`${api.host.name} has no API for CPU models: Proxmox VE 9.2 or newer is needed`);
  }
}

/**
 * @param {PveApi} api
 * @param {string} name
 * @param {string} wanted
 */
async function define(api, name, wanted) {
  const model = { cputype: name, "reported-model": wanted };
  if ((await reported(api, name)) !== undefined) {
    await api.put(`${MODELS}/${name}`, model);
    return;
  }
  try {
    await api.post(MODELS, model);
  } catch (error) {
    // Whether it happened shows when it is looked for again.
    if (!(error instanceof NoAnswer)) throw error;
    await define(api, name, wanted);
  }
}

await run("cpu-model", async () => {
  const host = hostVariable("PVE_HOST");
  const name = modelName();
  const wanted = variable("PVE_REPORTED_MODEL");
  const api = new PveApi(host, rootPassword(), deadline());
  await api.ready();
  if ((await reported(api, name)) === wanted) {
    console.log(`${host.name}: CPU model ${name} is ${wanted} already`);
    return;
  }
  await define(api, name, wanted);
  if ((await reported(api, name)) !== wanted) throw new StepError(`${host.name} did not keep CPU model ${name}`);
  console.log(`${host.name}: CPU model ${name} is ${wanted} now`);
});
