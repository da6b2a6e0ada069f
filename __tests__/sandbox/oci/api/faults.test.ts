/** Calls that are made to fail, in the API's own words. */
import type { Fault } from "../../../../sandbox/faults/calls.ts";
import { type Api, ociApi } from "../client.ts";
import { emptyStore } from "../tenancy.ts";

let api: Api;
let root: string;
/** What the next calls meet, one each. */
let faults: Fault[];
let ended: string[];

beforeEach(async () => {
  [faults, ended] = [[], []];
  const calls = {
    begin: () => faults.shift() ?? null,
    end: ({ method, target }: { method: string; target: string }, answer: string) =>
      void ended.push(`${method} ${target} ${answer}`),
    bug: () => undefined,
  };
  api = await ociApi({ ...emptyStore(), calls });
  root = api.store.state.oci.tenancyId;
});

afterEach(async () => {
  expect(api.said).toEqual([]);
  await api.end();
});

const body = () => ({ compartmentId: root, cidrBlocks: ["10.0.0.0/16"] });

function post(headers: Readonly<Record<string, string>> = {}) {
  return api.call("POST", "/20160918/vcns", body(), headers);
}

it("throttling says when to come again", async () => {
  faults = [{ kind: "status", status: 429, message: "Too many requests for the user.", retryAfterSeconds: 7 }];
  const { status, headers, body: said } = await post();
  expect([status, headers.get("retry-after")]).toEqual([429, "7"]);
  expect(said).toEqual({ code: "TooManyRequests", message: "Too many requests for the user." });
  expect(api.store.state.oci.vcns).toEqual([]);
});

it("a connection that is reset before did nothing", async () => {
  faults = [{ kind: "reset" }];
  await expect(post()).rejects.toThrow("fetch failed");
  expect([api.store.state.oci.vcns, ended]).toEqual([[], ["POST /20160918/vcns reset"]]);
});

it("what was done before its answer was lost is done once when it is tried again with its token", async () => {
  const token = { "opc-retry-token": "again" };
  faults = [{ kind: "lost" }];
  await expect(post(token)).rejects.toThrow("fetch failed");
  const again = await post(token);
  expect(api.store.state.oci.vcns.map(({ id }) => id)).toEqual([again.body.id]);
});

it("what is slow is answered in the end", async () => {
  faults = [{ kind: "slow", ms: 1 }];
  expect((await post()).status).toBe(200);
  expect(ended).toEqual(["POST /20160918/vcns 200"]);
});

it("what hangs is not answered, and does not happen", async () => {
  faults = [{ kind: "hang" }];
  const never = post().catch(() => "cut off");
  expect((await post()).status).toBe(200);
  await api.end();
  expect([await never, api.store.state.oci.vcns.length]).toEqual(["cut off", 1]);
  api = await ociApi();
});
