/** What can be made to fail: one call or many, or a condition of the world. */
import { z } from "zod";
import { INTERFACES } from "./calls.ts";
import { BOOT_STOPS } from "./boot-stops.ts";
import { isPattern } from "./pattern.ts";

/** A node timer waits 2^31 - 1 ms at most; a day is far below. */
const DAY_MS = 86_400_000;

/** `*` and `?` as in a shell (`*` goes over slashes too), or `re:` and a regular expression; the whole text has to match. */
const pattern = z.string().refine(isPattern, "no regular expression");

const name = z.string().min(1);

const playedFault = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("status"),
    status: z.int().min(400).max(599),
    code: name.exactOptional(),
    message: name.exactOptional(),
    retryAfterSeconds: z.int().min(0).exactOptional(),
  }),
  z.strictObject({ kind: z.literal("reset") }),
  z.strictObject({ kind: z.literal("lost") }),
  z.strictObject({ kind: z.literal("hang") }),
  z.strictObject({ kind: z.literal("slow"), ms: z.int().min(1).max(DAY_MS) }),
]);

/** Calls that meet a fault. Counting begins when the fault is added. */
const callFault = z.strictObject({
  what: z.literal("call"),
  /** @default - any */
  interface: z.enum(INTERFACES).exactOptional(),
  /** HTTP method, name of the RPC, or `TASK` for a task of Proxmox. @default - any */
  method: pattern.exactOptional(),
  /** Path, address, or type and name of a resource. @default - any */
  target: pattern.exactOptional(),
  /** The first of the matching calls that is hit; 1 is the next one. */
  nth: z.int().min(1).default(1),
  /** How many calls are hit in all; 0: every one. */
  times: z.int().min(0).default(1),
  /** Of the calls from the n-th on, this share is hit, as `seed` has it. */
  share: z.number().gt(0).max(1).default(1),
  seed: z.int().default(0),
  fault: playedFault,
});

/** A launch is refused with "Out of host capacity." */
const capacityFault = z.strictObject({
  what: z.literal("capacity"),
  /** Its name, such as `*AD-1`. */
  availabilityDomain: pattern.default("*"),
  faultDomain: pattern.default("*"),
  shape: pattern.default("*"),
});

/** A host is off: nothing on it answers, and its virtual machines do not run. */
const downFault = z.strictObject({ what: z.literal("down"), host: name });

/** An instance runs, as OCI has it, and never gets to its login; its serial console says why. */
const bootFault = z.strictObject({ what: z.literal("boot"), host: name, stop: z.enum(BOOT_STOPS) });

/** An import attaches a capability schema to the image by itself, as OCI does in some regions: one to be made is refused. */
const schemaFault = z.strictObject({ what: z.literal("schema") });

/** A cluster counts too few votes, though its hosts are up. Without a name: every cluster. */
const quorumFault = z.strictObject({ what: z.literal("quorum"), cluster: pattern.default("*") });

/** A kubelet reports that its node is not ready. */
const unreadyFault = z.strictObject({ what: z.literal("unready"), node: name });

/** The world's clock is ahead of the real one, or with a negative number behind it. */
const clockFault = z.strictObject({
  what: z.literal("clock"),
  seconds: z.int().min(-315_360_000).max(315_360_000),
});

const faultSpec = z.discriminatedUnion("what", [
  callFault,
  capacityFault,
  downFault,
  bootFault,
  schemaFault,
  quorumFault,
  unreadyFault,
  clockFault,
]);

/** A fault as somebody asks for it: what has a default may be left out. */
export type FaultRequest = z.input<typeof faultSpec>;
/** A fault with all that it says, defaults too. */
export type FaultSpec = z.output<typeof faultSpec>;
/** A fault of calls, such a one. */
export type CallFault = z.output<typeof callFault>;

/**
 * @throws Error in one line, which names the field: `fault.status: …`.
 */
export function parseFault(asked: unknown): FaultSpec {
  const parsed = faultSpec.safeParse(asked);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "fault"}: ${message}`);
  throw new Error(problems.join("; "));
}
