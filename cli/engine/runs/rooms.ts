/** Asks Oracle in which availability domain a host that is missing has room, and moves it there; a host that is there stays. */
import { hostDomainKey } from "../../../topology/host-domain.ts";
import { capacityIn, hostsOf, isRoom, type Wanted } from "../../clients/oci-limits.ts";
import { list } from "../../ui/words.ts";
import { readHostDomains, writeHostDomains } from "../state/host-domains.ts";
import { stateOf } from "../state/state.ts";
import type { StackInfo } from "../synth/assembly.ts";
import { readTopology } from "../synth/config.ts";
import { availabilityDomainsOf, openAccount } from "../synth/oci-account.ts";
import type { Session } from "./session.ts";

/** What became of a question: there is room where hosts are to go, they were moved to some, there is none, or Oracle did not say. */
export type Room = "here" | "moved" | "none" | "unknown";

/** Room for the hosts of one stack. */
export interface Rooms {
  /** Moves hosts that have no room where they are to go. @throws Interrupted */
  ask(): Promise<Room>;
  /**
   * The same after a launch was refused, whatever reports say of where it was: each domain once until `ask`.
   *
   * @param refusal begins the line that says where hosts are moved
   * @throws Interrupted
   */
  afterRefusal(refusal: string): Promise<Room>;
}

const ANSWER_MS = 30_000;

/**
 * The domain that a host is to go to: the one where it is to go already if that has room, else the first that has.
 *
 * @param room whether each domain has some, in their order
 * @param current number of the domain where it is to go
 * @param refused numbers of domains whose reports are not believed
 * @returns null where none has room
 */
export function chooseDomain(room: readonly boolean[], current: number, refused: ReadonlySet<number>): number | null {
  const free = room.flatMap((is, index) => (is && !refused.has(index + 1) ? [index + 1] : []));
  return free.includes(current) ? current : (free[0] ?? null);
}

interface Question {
  readonly host: string;
  /** What its domain is kept by. */
  readonly key: string;
  /** Number of the domain where it is to go. */
  readonly current: number;
  /** Whether there is room, by domain. */
  readonly room: readonly boolean[];
}

/** Of each host that is missing; none where Oracle says nothing of any domain. */
async function answers(session: Session, info: StackInfo): Promise<readonly Question[]> {
  const topology = await readTopology(session.project);
  if ("status" in topology || topology.placement === "existing") return [];
  const { oci } = topology.config;
  const { resources } = await stateOf(session, session.stack(info));
  const there = new Set(resources.map(({ attributes }) => attributes["display_name"]));
  const missing = hostsOf(topology).filter(({ host }: Wanted) => !there.has(host));
  if (missing.length === 0) return [];
  const signal = AbortSignal.any([session.interruption.signal, AbortSignal.timeout(ANSWER_MS)]);
  const account = await openAccount(topology.config, session.sandbox, signal);
  const domains = await availabilityDomainsOf(account);
  // A domain without A1 may refuse the question: then there is no room.
  const asked = await Promise.allSettled(domains.map((domain) => capacityIn(account, domain, missing)));
  if (asked.every(({ status }) => status === "rejected")) return [];
  const moved = readHostDomains(session.project);
  return missing.map(({ host }, index) => {
    const key = hostDomainKey(oci, host);
    const room = asked.map((answer) => {
      const capacity = answer.status === "fulfilled" ? answer.value[index] : undefined;
      return capacity !== undefined && isRoom(capacity);
    });
    return { host, key, current: moved[key] ?? oci.availabilityDomain, room };
  });
}

/**
 * Opens them; nobody is asked yet.
 *
 * @param mayMove whether hosts may be moved: not where a plan was reviewed
 */
export function openRooms(session: Session, info: StackInfo, label: string, mayMove: boolean): Rooms {
  const { terminal, interruption, project } = session;
  // With a state elsewhere, a run on another machine would not know where hosts were moved to, and would replace them.
  const moves = mayMove && session.stack(info).stateFile !== null;
  const refused = new Set<number>();

  async function find(refusal: string | null): Promise<Room> {
    const questions = await answers(session, info).catch(() => []);
    interruption.signal.throwIfAborted();
    if (questions.length === 0) return "unknown";
    if (refusal !== null) for (const { current } of questions) refused.add(current);
    else refused.clear();
    const found = questions.map((each) => ({ ...each, to: chooseDomain(each.room, each.current, refused) }));
    const going = moves ? found.filter(({ to, current }) => to !== null && to !== current) : [];
    if (going.length > 0) {
      writeHostDomains(project, Object.fromEntries(going.map(({ key, to, current }) => [key, to ?? current])));
      const where = going.map(({ host, to }) => `${host} to availability domain ${to}`);
      terminal.line(`${label} ${refusal === null ? "" : `${refusal}: `}moves ${list(where)}, which has room`);
      return "moved";
    }
    return found.some(({ to, current }) => to === current) ? "here" : "none";
  }

  return { ask: () => find(null), afterRefusal: find };
}
