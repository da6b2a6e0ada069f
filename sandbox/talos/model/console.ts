/** What Talos on an instance writes to its serial console: it has no login there (siderolabs/talos v1.14.1, machined). */
import type { OtherConsole } from "../../oci/resources/boot.ts";
import { bootsTalos, talosInstances } from "./instances.ts";

function ofController(name: string, error?: string): string {
  return JSON.stringify({ component: "controller-runtime", controller: name, ...(error !== undefined && { error }) });
}

/** Null for an instance that boots something else. */
export const talosConsole: OtherConsole = (world, instance) => {
  if (!bootsTalos(instance)) return null;
  const { privateIp: address, userData } = instance;
  const isListening = talosInstances(world).some((guest) => guest.address === address);
  if (!isListening) {
    const error = "failed to validate config acquired via platform oracle";
    return [`[    8.902611] [talos] controller failed ${ofController("config.AcquireController", error)}`];
  }
  if (world.state.talos[address] === undefined && userData === "") {
    const inform = ofController("runtime.MaintenanceServiceInformController");
    const command = `talosctl apply-config --insecure --nodes ${address} --file <config.yaml>`;
    return [
      `[    9.114205] [talos] this machine is reachable at: ${inform}`,
      `[    9.114377] [talos] \t${command} ${inform}`,
    ];
  }
  return ["[   14.830412] [talos] service[apid](Running): Health check successful"];
};
