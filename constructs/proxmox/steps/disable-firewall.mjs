// @ts-check
/**
 * Switches the datacenter's firewall off. The provider only forgets the firewall when its resource is destroyed; were the
 * `management` set destroyed after that, the firewall would lock out whoever comes next. So this runs before both.
 *
 *   PVE_HOST                  JSON {name, api, address} of any member
 *   PVE_TIMEOUT_SECONDS       for all of it, 900 by default
 *   TF_VAR_pve_root_password  password of root@pam
 */
import { StepError } from "./deadline.mjs";
import { PveApi } from "./pve-client.mjs";
import { record } from "./pve-http.mjs";
import { deadline, hostVariable, rootPassword, run } from "./step-input.mjs";

const OPTIONS = "cluster/firewall/options";

await run("disable-firewall", async () => {
  const host = hostVariable("PVE_HOST");
  const api = new PveApi(host, rootPassword(), deadline());
  await api.ready();
  const isOn = async () => Number(record(await api.get(OPTIONS)).enable ?? 0) !== 0;
  if (!(await isOn())) {
    console.log(`${host.name}: the datacenter's firewall is off already`);
    return;
  }
  await api.put(OPTIONS, { enable: 0 });
  if (await isOn()) throw new StepError(`the datacenter of ${host.name} did not keep its firewall off`);
  console.log(`${host.name}: the datacenter's firewall is off now`);
});
