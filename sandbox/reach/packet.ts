/** The first packet of a connection, or a datagram, on its way into a host: what firewalls look at. */
import { parseAddress, parseCidr } from "../../config/cidr.ts";

/** The first packet, by what firewalls look at. */
export interface Packet {
  /** Address of the sender. */
  readonly from: string;
  /** Address of the receiver. */
  readonly to: string;
  readonly protocol: "tcp" | "udp";
  /** Destination port. */
  readonly port: number;
  /** Where it comes in. @default - the host's wire */
  readonly iface?: string;
}

/** Whether an address is the one, or in the network or range, that `text` is: `10.0.0.4`, `10.0.0.0/24`, `10.0.0.4-10.0.0.9`. */
export function isWithin(address: string, text: string): boolean {
  const number = parseAddress(address);
  if (number === null) return false;
  const [first = "", last] = text.split("-").map((part) => part.trim());
  const [low, high] = [parseAddress(first), last === undefined ? null : parseAddress(last)];
  if (low !== null) return high === null ? last === undefined && number === low : number >= low && number <= high;
  const cidr = parseCidr(text);
  return cidr !== null && number >= cidr.base && number < cidr.base + cidr.size;
}

/** Whether a port is in a list of ports and ranges: `22`, `5405-5412`, `3784:3785,4784`. */
export function isAmongPorts(port: number, list: string): boolean {
  return list.split(",").some((part) => {
    const [from = Number.NaN, to = from] = part.trim().split(/[-:]/).map(Number);
    return port >= from && port <= to;
  });
}
