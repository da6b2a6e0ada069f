/** Each host is at what hosts are at after a join, for long, at each moment of forming a cluster of three. */
import { DELAY_SURVIVED, DELAYS, HOSTS, MOMENTS, survivesDelay } from "../steps/reboots.ts";
import { Ports } from "../steps/run-step.ts";

const ports = new Ports();
afterEach(() => ports.close());

const CASES = MOMENTS.flatMap((moment) =>
  HOSTS.flatMap((host) => DELAYS.map((phase) => [moment, host, phase] as const)),
);

describe("form-cluster", () => {
  it.each(CASES)(DELAY_SURVIVED, (moment, host, phase) => survivesDelay(ports, moment, host, phase), 120_000);
});
