import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { consoleOf, explainSilence } from "../../../cli/clients/oci-console.ts";
import { type Oci, OciError } from "../../../cli/clients/oci.ts";

/** An account whose capture goes through these states, one a question. */
function account(states: readonly string[], instance = "RUNNING"): Oci & { readonly calls: string[] } {
  const calls: string[] = [];
  const left = [...states];
  return {
    tenancy: "t",
    credentials: "a test",
    calls,
    list: () => Promise.reject(new Error("nothing is listed")),
    post: async (_service, path, _body, schema) => {
      calls.push(`POST ${path}`);
      return schema.parse({ id: "history", lifecycleState: "REQUESTED" });
    },
    get: async (_service, path, schema) => {
      if (path.includes("/instances/")) return schema.parse({ lifecycleState: instance });
      return schema.parse({ id: "history", lifecycleState: left.shift() ?? "FAILED" });
    },
    text: async () => "UEFI Interactive Shell v2.2",
    remove: async (_service, path) => void calls.push(`DELETE ${path}`),
  };
}

describe("the console of an instance", () => {
  it("is read when OCI has captured it, and the capture is deleted", async () => {
    const oci = account(["REQUESTED", "GETTING-HISTORY", "SUCCEEDED"]);
    expect(await consoleOf(oci, "ocid1.instance", 1)).toBe("UEFI Interactive Shell v2.2");
    expect(oci.calls).toEqual([
      "POST /20160918/instanceConsoleHistories",
      "DELETE /20160918/instanceConsoleHistories/history",
    ]);
  });

  it("that OCI fails to capture is told as that, and the capture is deleted all the same", async () => {
    const oci = account(["FAILED"]);
    await expect(consoleOf(oci, "ocid1.instance", 1)).rejects.toThrow("OCI did not capture it");
    expect(oci.calls).toHaveLength(2);
  });
});

describe("of a host that does not answer", () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "ampere-console-"))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const host = { name: "pve-1", instanceId: "ocid1.instance" };

  it("the whole console is kept where only its user can read it, and named", async () => {
    const file = join(folder, "console-pve-1.log");
    expect(await explainSilence(host, async () => account(["SUCCEEDED"]), folder)).toContain(
      `its serial console (${file}) shows: the firmware found nothing to boot`,
    );
    expect(readFileSync(file, "utf8")).toBe("UEFI Interactive Shell v2.2");
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("it is said that OCI has it stopped", async () => {
    expect(await explainSilence(host, async () => account([], "STOPPED"), folder)).toBe(
      "OCI has the instance STOPPED: npx cdktf deploy oci starts it",
    );
  });

  it("it is said why the console could not be read", async () => {
    const refused = () => Promise.reject(new OciError("/instances/…: 404 NotAuthorizedOrNotFound", 404));
    expect(await explainSilence(host, refused, folder)).toBe(
      "its serial console could not be read: /instances/…: 404 NotAuthorizedOrNotFound",
    );
  });
});
