import { lookUpBootstrap } from "../../../../cli/engine/runs/bootstrap.ts";

const member = { id: "1", hostname: "cp-1", isLearner: false };

/** A machine whose etcd is in this state, with these members. */
function machine(state: string | null, members = [member]) {
  return {
    services: async () => [{ id: "apid", state: "Running" }, ...(state === null ? [] : [{ id: "etcd", state }])],
    etcdMembers: async () => members,
  };
}

describe("whether a cluster was bootstrapped", () => {
  it("is so where etcd runs and has members", async () => {
    expect(await lookUpBootstrap(machine("Running"))).toEqual([{ id: null, name: "" }]);
  });

  it.each(["Initialized", "Preparing", "Waiting"])("is not so while etcd is %s", async (state) => {
    expect(await lookUpBootstrap(machine(state))).toEqual([]);
  });

  it.each(["Failed", "Finished", "Stopping", null])("cannot be told of an etcd that is %s", async (state) => {
    expect(await lookUpBootstrap(machine(state))).toBeNull();
  });

  it("cannot be told of an etcd that runs and lists no members", async () => {
    expect(await lookUpBootstrap(machine("Running", []))).toBeNull();
  });

  it("fails where the machine does not answer", async () => {
    const silent = { ...machine("Running"), services: () => Promise.reject(new Error("no answer in 5 s")) };
    await expect(lookUpBootstrap(silent)).rejects.toThrow("no answer in 5 s");
  });
});
