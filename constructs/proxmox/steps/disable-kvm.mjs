// @ts-check
/**
 * Sets `kvm: 0` on one template. PVE takes KVM for granted on a guest of its own architecture and does not start one
 * without /dev/kvm; no provider can set the option, and a clone inherits it.
 *
 *   PVE_HOST                  JSON {name, api, address} of the host that has the template
 *   PVE_VM_ID                 its id
 *   PVE_TIMEOUT_SECONDS       for all of it, 900 by default
 *   TF_VAR_pve_root_password  password of root@pam; or
 *   TF_VAR_pve_api_token      an API token, USER@REALM!NAME=VALUE
 */
import { StepError } from "./deadline.mjs";
import { PveApi } from "./pve-client.mjs";
import { record } from "./pve-http.mjs";
import { deadline, hostVariable, run, signIn, variable } from "./step-input.mjs";

function vmId() {
  const text = variable("PVE_VM_ID");
  if (/^[1-9]\d{2,8}$/.test(text)) return text;
  throw new StepError(`PVE_VM_ID is ${text}: an id from 100 to 999999999 is needed`, 2);
}

/** @param {Record<string, unknown>} config */
function isOff({ kvm }) {
  return kvm !== undefined && Number(kvm) === 0;
}

await run("disable-kvm", async () => {
  const host = hostVariable("PVE_HOST");
  const id = vmId();
  const api = new PveApi(host, signIn(), deadline());
  await api.ready();
  const path = `nodes/${host.name}/qemu/${id}/config`;
  const config = record(await api.get(path));
  if (Number(config.template) !== 1) throw new StepError(`VM ${id} on ${host.name} is not a template`);
  if (isOff(config)) {
    console.log(`${host.name}: template ${id} has kvm: 0 already`);
    return;
  }
  await api.put(path, { kvm: 0 });
  if (!isOff(record(await api.get(path)))) throw new StepError(`template ${id} on ${host.name} did not keep kvm: 0`);
  console.log(`${host.name}: template ${id} has kvm: 0 now`);
});
