import { assert, property, shuffledSubarray } from "fast-check";
import { runInOrder } from "../../../../cli/engine/runs/schedule.ts";
import type { StackInfo } from "../../../../cli/engine/synth/assembly.ts";
import { downstreamOf, inOrder, select, upstreamOf } from "../../../../cli/engine/synth/stack-order.ts";

function stack(name: string, ...dependencies: readonly string[]): StackInfo {
  return { name, folder: `/out/${name}`, file: `/out/${name}/cdk.tf.json`, dependencies };
}
const names = (stacks: readonly StackInfo[]): readonly string[] => stacks.map(({ name }) => name);

const talos = stack("talos", "oci", "proxmox");
const proxmox = stack("proxmox", "oci");
const oci = stack("oci");
const lab = [talos, proxmox, oci];
const never = new AbortController().signal;

describe("the order of stacks", () => {
  it("is that of their dependencies, whatever order they come in", () => {
    assert(
      property(shuffledSubarray(lab, { minLength: 3 }), (given) => {
        expect(names(inOrder(given))).toEqual(["oci", "proxmox", "talos"]);
      }),
    );
  });

  it("refuses a circle and names it", () => {
    expect(() => inOrder([stack("a", "b"), stack("b", "a")])).toThrow("a → b → a");
  });

  it("is kept when some are named in another order", () => {
    expect(names(select(lab, ["talos", "oci"]))).toEqual(["oci", "talos"]);
    expect(names(select(lab, []))).toEqual(["oci", "proxmox", "talos"]);
  });

  it("takes * for anything", () => {
    expect(names(select(lab, ["*o*", "oci"]))).toEqual(["oci", "proxmox", "talos"]);
  });

  it("suggests the nearest name for one that does not exist", () => {
    expect(() => select(lab, ["tales"])).toThrow(
      'no stack is called "tales"; did you mean talos? The app has: oci, proxmox, talos',
    );
  });

  it("knows what a stack reads, near and far, and who reads it", () => {
    expect(names(upstreamOf(stack("x", "proxmox"), lab))).toEqual(["proxmox", "oci"]);
    expect(names(downstreamOf(oci, lab))).toEqual(["talos", "proxmox"]);
  });
});

describe("running stacks", () => {
  const waitsFor = ({ dependencies }: StackInfo): readonly string[] => dependencies;

  it("starts a stack only when all it waits for are done", async () => {
    const log: string[] = [];
    const skipped = await runInOrder(
      [oci, proxmox, talos],
      waitsFor,
      Infinity,
      async ({ name }) => {
        log.push(`${name} begins`);
        await Promise.resolve();
        log.push(`${name} ends`);
        return "done";
      },
      never,
    );
    expect(skipped).toEqual([]);
    expect(log).toEqual(["oci begins", "oci ends", "proxmox begins", "proxmox ends", "talos begins", "talos ends"]);
  });

  it("never starts what waits for a stack that failed, and still runs the others", async () => {
    const ran: string[] = [];
    const skipped = await runInOrder(
      [oci, proxmox, talos, stack("other")],
      waitsFor,
      1,
      async ({ name }) => {
        ran.push(name);
        return name === "oci" ? "failed" : "done";
      },
      never,
    );
    expect(ran).toEqual(["oci", "other"]);
    expect(names(skipped)).toEqual(["proxmox", "talos"]);
  });

  it("keeps to the number of stacks at a time", async () => {
    let running = 0;
    let most = 0;
    await runInOrder(
      ["a", "b", "c", "d", "e"].map((name) => stack(name)),
      waitsFor,
      2,
      async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise(setImmediate);
        running -= 1;
        return "done";
      },
      never,
    );
    expect(most).toBe(2);
  });

  it("starts nothing more once interrupted", async () => {
    const controller = new AbortController();
    const skipped = await runInOrder(
      [oci, proxmox],
      waitsFor,
      1,
      async () => {
        controller.abort();
        return "done";
      },
      controller.signal,
    );
    expect(names(skipped)).toEqual(["proxmox"]);
  });
});
