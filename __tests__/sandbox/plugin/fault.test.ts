import type { Fault } from "../../../sandbox/faults/calls.ts";
import { callsWithFaults } from "../../../sandbox/faults/index.ts";
import { encodeValues } from "../../../sandbox/plugin/codec.ts";
import { announced } from "../../../sandbox/plugin/fault.ts";
import type { ApplyReply, ApplyRequest } from "../../../sandbox/plugin/messages.ts";
import { emptyWorld } from "../../../sandbox/systems/index.ts";
import { memoryStore, type Store } from "../../../sandbox/world/store.ts";

const nothing = { msgpack: encodeValues(null) };
const request: ApplyRequest = {
  type_name: "oci_core_vcn",
  prior_state: nothing,
  config: nothing,
  planned_state: { msgpack: encodeValues({ display_name: "lab" }) },
};

/** A provider that counts what it has done, and the fault that its next call meets. */
function standIn(source: string, fault: Fault | null) {
  const faults = callsWithFaults(() => store);
  const store: Store = memoryStore(emptyWorld, faults);
  if (fault) faults.add({ what: "call", fault });
  const seen = { done: 0, disconnected: 0 };
  const told = announced(faults, source, () => void (seen.disconnected += 1));
  const apply = told("ApplyResourceChange", async (): Promise<ApplyReply> => {
    seen.done += 1;
    return { new_state: nothing };
  });
  return { apply, seen, last: () => faults.log.last(1)[0] };
}

/** Whether a promise has its value when all else is done. */
function answered(reply: Promise<unknown>): Promise<boolean> {
  return Promise.race([reply.then(() => true), new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))]);
}

describe("a call of the plugin protocol", () => {
  it("is told of with the type and the name of what it is about", async () => {
    const { apply, last } = standIn("oracle/oci", null);
    expect(await apply(request)).toEqual({ new_state: nothing });
    expect(last()).toMatchObject({
      interface: "provider",
      method: "ApplyResourceChange",
      target: "oci_core_vcn lab",
      answer: "ok",
    });
  });

  it.each([
    ["oracle/oci", "429-TooManyRequests, Slow down.", "Service: oci_core_vcn lab. Retry after 3 seconds."],
    ["bpg/proxmox", "oci_core_vcn lab", "received an HTTP 429 response - Reason: Slow down. Retry after 3 seconds."],
    [
      "siderolabs/talos",
      "oci_core_vcn lab",
      "rpc error: code = TooManyRequests desc = Slow down. Retry after 3 seconds.",
    ],
  ])("of %s fails in that provider's words, and is not done", async (source, summary, detail) => {
    const { apply, seen } = standIn(source, {
      kind: "status",
      status: 429,
      code: "TooManyRequests",
      message: "Slow down.",
      retryAfterSeconds: 3,
    });
    expect(await apply(request)).toEqual({ diagnostics: [{ severity: 1, summary, detail }] });
    expect(seen).toEqual({ done: 0, disconnected: 0 });
  });

  it("that is reset is not done, and its connection is gone", async () => {
    const { apply, seen, last } = standIn("oracle/oci", { kind: "reset" });
    expect(await answered(apply(request))).toBe(false);
    expect(seen).toEqual({ done: 0, disconnected: 1 });
    expect(last()?.answer).toBe("reset");
  });

  it("whose answer is lost is done all the same", async () => {
    const { apply, seen, last } = standIn("oracle/oci", { kind: "lost" });
    expect(await answered(apply(request))).toBe(false);
    expect(seen).toEqual({ done: 1, disconnected: 1 });
    expect(last()?.answer).toBe("lost");
  });

  it("that hangs is neither done nor answered", async () => {
    const { apply, seen } = standIn("oracle/oci", { kind: "hang" });
    expect(await answered(apply(request))).toBe(false);
    expect(seen).toEqual({ done: 0, disconnected: 0 });
  });

  it("that is slow is done after that time", async () => {
    const { apply, last } = standIn("oracle/oci", { kind: "slow", ms: 30 });
    expect(await apply(request)).toEqual({ new_state: nothing });
    expect(last()?.ms).toBeGreaterThanOrEqual(29);
  });
});
