import { truncateSync, writeFileSync } from "node:fs";
import timers from "node:timers/promises";
import { ServiceError, UnreachableError } from "../../images/upload/index.ts";
import type { Call, Trouble } from "./object-storage.ts";
import { BUCKET, failure, OBJECT, uploadLab, type UploadLab } from "./upload-lab.ts";

let lab: UploadLab;
let printed: jest.SpyInstance[];
beforeEach(async () => {
  lab = await uploadLab();
  printed = (["log", "info", "warn", "error"] as const).map((method) => jest.spyOn(console, method));
});
afterEach(async () => {
  await lab.end();
  // The SDK likes to print what it meets with.
  for (const spy of printed) expect(spy).not.toHaveBeenCalled();
  jest.restoreAllMocks();
});

/** Meets the n-th request of an operation with trouble; all of them for 0. */
function meet(operation: string, nth: number, trouble: Trouble): void {
  lab.storage.trouble = (call: Call) =>
    call.operation === operation && (nth === 0 || call.nth === nth) ? trouble : undefined;
}

describe("trouble that passes", () => {
  it.each<[Trouble, string]>([
    [{ status: 500 }, "500 Trouble, made by the test"],
    [{ status: 503 }, "503 Trouble, made by the test"],
    [{ status: 429, code: "TooManyRequests" }, "429 TooManyRequests, made by the test"],
    ["reset", "no answer from 127.0.0.1:"],
    ["reset after", "no answer from 127.0.0.1:"],
  ])("with a part, %j, is tried again, and said in one line", async (trouble, line) => {
    meet("UploadPart", 2, trouble);
    expect(await lab.upload()).toMatchObject({ status: "uploaded" });
    expect(lab.storage.of("UploadPart")).toHaveLength(9);
    expect(
      lab.storage.buckets
        .get(BUCKET)
        ?.objects.get(OBJECT)
        ?.content.equals(await lab.content()),
    ).toBe(true);
    expect(lab.said).toEqual([expect.stringMatching(/^cannot send part \d of \S+: .*; attempt 2 of 5 follows$/)]);
    expect(lab.said[0]).toContain(line);
  });

  it("does not count a part twice that is sent twice", async () => {
    meet("UploadPart", 2, { status: 503 });
    let most = 0;
    await lab.upload({ onProgress: ({ sentBytes }) => (most = Math.max(most, sentBytes)) });
    expect(most).toBe(lab.archive.sizeBytes);
  });

  it.each([
    "GetNamespace",
    "GetBucket",
    "ListBuckets",
    "CreateBucket",
    "ListMultipartUploads",
    "CreateMultipartUpload",
    "ListMultipartUploadParts",
    "CommitMultipartUpload",
  ])("with %s is tried again", async (operation) => {
    meet(operation, 1, { status: 503 });
    expect(await lab.upload()).toMatchObject({ status: "uploaded" });
    expect(lab.said).toHaveLength(1);
  });

  it("is given up after the last attempt, with what stays said", async () => {
    meet("UploadPart", 0, { status: 503 });
    const error = await failure(lab.upload());
    expect(error).toBeInstanceOf(ServiceError);
    expect(error.message).toMatch(
      /^cannot send part \d of \S+: 503 Trouble, made by the test \(opc-request-id \S+\); tried 5 times; run it again, what/,
    );
    expect(
      Math.max(...[1, 2, 3].map((part) => lab.storage.of("UploadPart").filter((call) => call.part === part).length)),
    ).toBe(5);
  });

  it("is waited out as long as Object Storage asks for, within bounds", async () => {
    meet("GetBucket", 1, { status: 429, headers: { "retry-after": "1" } });
    const waits = jest.spyOn(timers, "setTimeout");
    await lab.upload({ store: await lab.open({ retry: { attempts: 2, firstDelayMs: 1, longestDelayMs: 60 } }) });
    expect(waits.mock.calls.map(([milliseconds]) => milliseconds)).toEqual([60]);
  });

  it("that does not pass, where nothing listens, is reported with the host", async () => {
    const error = await failure(lab.open({ endpoint: "http://127.0.0.1:9" }));
    expect(error).toBeInstanceOf(UnreachableError);
    expect(error.message).toMatch(
      /^cannot look up the namespace: no answer from 127\.0\.0\.1:9: [^;]+; tried 5 times; check the region and the network/,
    );
    expect(lab.said).toHaveLength(4);
  });

  it("is told with the region's host, and nothing of the template that the SDK has of it", async () => {
    jest.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("fetch failed"));
    const { message } = await failure(lab.open({ endpoint: undefined }));
    expect(message).toContain("no answer from objectstorage.eu-frankfurt-1.oraclecloud.com: ");
  });
});

describe("trouble that does not pass", () => {
  it.each([
    [
      400,
      "InvalidParameter",
      /^cannot send part \d of \S+: 400 InvalidParameter, made by the test \(opc-request-id \S+\)$/,
    ],
    [
      401,
      "NotAuthenticated",
      /: 401 NotAuthenticated, .*; check \S+ \[LAB\] \(tenancy, user, fingerprint, key_file\) and/,
    ],
    [
      404,
      "NotAuthorizedOrNotFound",
      /: 404 NotAuthorizedOrNotFound, .*; check the names, and that a policy lets your user/,
    ],
  ])("%i is reported in one line and not tried again", async (status, code, line) => {
    meet("UploadPart", 0, { status, code });
    const { message } = await failure(lab.upload());
    expect(message).toMatch(line);
    expect(message).not.toContain("\n");
    expect(lab.said).toEqual([]);
    expect(lab.storage.of("UploadPart").length).toBeLessThanOrEqual(3);
    expect(lab.storage.operations).not.toContain("CommitMultipartUpload");
  });

  it("with one part keeps the others from being begun, but not those under way from arriving", async () => {
    lab.storage.trouble = async ({ operation, nth }) => {
      if (operation !== "UploadPart" || nth > 3) return undefined;
      await lab.storage.until(() => lab.storage.of(operation).length >= 3);
      if (nth === 1) return { status: 400 };
      await lab.storage.until(() => lab.storage.of(operation)[0]?.closed === true);
      await lab.roundTrip();
      return undefined;
    };
    await failure(lab.upload());
    expect(lab.storage.of("UploadPart").map(({ status }) => status)).toEqual([400, 200, 200]);
  });

  it("a disk that gets shorter while it is sent is not taken for a lost connection", async () => {
    lab.storage.trouble = ({ operation }) => {
      if (operation === "CreateMultipartUpload") truncateSync(lab.archive.file, 100);
      return undefined;
    };
    const { message } = await failure(lab.upload());
    expect(message).toMatch(/disk\.qcow2: got \d+ bytes shorter while it was read; build it again$/);
    expect(lab.said).toEqual([]);
  });

  it("a disk that changes while it is sent is refused by its checksum", async () => {
    lab.storage.trouble = ({ operation }) => {
      if (operation === "CreateMultipartUpload") writeFileSync(lab.archive.file, Buffer.alloc(100), { flag: "r+" });
      return undefined;
    };
    expect((await failure(lab.upload())).message).toMatch(
      /^cannot send part 1 of \S+: 400 UnmatchedContentMD5, The computed/,
    );
    expect(lab.storage.operations).not.toContain("CommitMultipartUpload");
  });
});
