/** Seconds of a processor that something takes: for ratios of one run, which say how a time grows on a machine that is busy, too. */
export function cpuSeconds(act: () => void): number {
  const before = process.cpuUsage();
  act();
  return process.cpuUsage(before).user / 1e6;
}
