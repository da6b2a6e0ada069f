/** From when until when a certificate is good. */
const HOUR_MS = 3_600_000;

/**
 * How long before now a certificate begins: what Talos allows for clocks that differ (siderolabs/talos v1.13.9,
 * pkg/kubeconfig). One machine needs it, too: OpenSSL asks time(2), which is a tick late at the beginning of a second.
 */
const SKEW_MS = 10_000;

/** From when until when. */
export interface Validity {
  readonly from: Date;
  readonly until: Date;
}

/** Of a client's certificate, which the world alone looks at. */
export function validity(now: Date, hours: number): Validity {
  return { from: new Date(now.getTime() - SKEW_MS), until: after(now, hours) };
}

/** Of an authority's or a server's: programs outside look at it, too, by the clock of this machine. Good by both. */
export function validityOnBothClocks(now: Date, hours: number, outside = new Date()): Validity {
  const [earlier, later] = now < outside ? [now, outside] : [outside, now];
  return { from: validity(earlier, hours).from, until: after(later, hours) };
}

/** A time some hours later. */
export function after(time: Date, hours: number): Date {
  return new Date(time.getTime() + hours * HOUR_MS);
}
