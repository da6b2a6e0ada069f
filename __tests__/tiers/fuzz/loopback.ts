/** Watches that nothing leaves loopback: connections and look-ups of names. */
import dns from "node:dns";
import net from "node:net";

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;

/** @param told of every host that is asked for beside loopback; the attempt itself is refused */
export function keepToLoopback(told: (host: string) => void): void {
  const { connect } = net.Socket.prototype;
  // Node hands over its arguments already put in order, as an array, when it calls this itself.
  net.Socket.prototype.connect = function watched(this: net.Socket, ...given: unknown[]) {
    const [first] = Array.isArray(given[0]) ? given[0] : given;
    const host = typeof first === "object" && first !== null ? Reflect.get(first, "host") : undefined;
    const path = typeof first === "object" && first !== null ? Reflect.get(first, "path") : undefined;
    if (path === undefined && host !== undefined && !LOOPBACK.test(String(host))) {
      told(String(host));
      throw new Error(`a connection to ${String(host)} is not allowed here`);
    }
    return Reflect.apply(connect, this, given);
  };
  const { lookup } = dns;
  Object.assign(dns, {
    lookup(host: string, ...rest: unknown[]) {
      if (!LOOPBACK.test(host)) told(host);
      return Reflect.apply(lookup, dns, [host, ...rest]);
    },
  });
}
