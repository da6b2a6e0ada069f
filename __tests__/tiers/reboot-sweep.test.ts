/** Each host reboots at each moment of forming a cluster of three. */
import { HOSTS, MOMENTS, REBOOT_SURVIVED, survivesReboot } from "../steps/reboots.ts";
import { Ports } from "../steps/run-step.ts";

const ports = new Ports();
afterEach(() => ports.close());

describe("form-cluster", () => {
  it.each(MOMENTS.flatMap((moment) => HOSTS.map((host) => [moment, host] as const)))(REBOOT_SURVIVED, (moment, host) =>
    survivesReboot(ports, moment, host),
  );
});
