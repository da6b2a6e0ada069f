import { generateKeyPairSync } from "node:crypto";
import { RetryTokens } from "../../../../sandbox/oci/http/retry-tokens.ts";
import { type Api, ociApi } from "../client.ts";

let api: Api;
let root: string;

beforeEach(async () => {
  api = await ociApi();
  root = api.store.state.oci.tenancyId;
});

afterEach(async () => {
  const { said } = api;
  await api.end();
  expect(said).toEqual([]);
});

async function vcn(displayName = "lab"): Promise<string> {
  const body = { compartmentId: root, cidrBlocks: ["10.0.0.0/16"], displayName, dnsLabel: "lab" };
  return (await api.call("POST", "/20160918/vcns", body)).body.id;
}

describe("who signs", () => {
  it("is let in with the account's key", async () => {
    const { status, headers } = await api.call("GET", `/20160918/vcns?compartmentId=${root}`);
    expect([status, headers.get("opc-request-id")]).toEqual([200, expect.stringContaining("/")]);
  });

  it("is refused with another key", async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const other = { ...api.key, privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
    const { status, body } = await api.callAs(other, "GET", `/20160918/vcns?compartmentId=${root}`);
    expect([status, body.code]).toEqual([401, "NotAuthenticated"]);
  });

  it("is refused as a user that nobody knows", async () => {
    const stranger = { ...api.key, keyId: api.key.keyId.replace("ocid1.user", "ocid1.nobody") };
    const { status, body } = await api.callAs(stranger, "GET", `/20160918/vcns?compartmentId=${root}`);
    expect([status, body.message]).toEqual([401, expect.stringContaining("nobody has that keyId")]);
  });

  it("is refused without a signature", async () => {
    const answer = await fetch(`${api.url}/20160918/vcns?compartmentId=${root}`);
    expect([answer.status, await answer.json()]).toMatchObject([401, { code: "NotAuthenticated" }]);
  });

  it.each([
    ["six minutes ahead", 6 * 60_000],
    ["six minutes behind", -6 * 60_000],
  ])("is refused when the clocks differ: %s", async (_, ms) => {
    api.turnClock(ms);
    const { status, body } = await api.call("GET", `/20160918/vcns?compartmentId=${root}`);
    expect([status, body.message]).toEqual([401, expect.stringContaining("five minutes")]);
  });

  it("is refused when the body is another one than was signed", async () => {
    const body = { compartmentId: root, cidrBlocks: ["10.0.0.0/16"] };
    const other = JSON.stringify(body).replace("/16", "/24");
    const { status, body: said } = await api.callAs(api.key, "POST", "/20160918/vcns", body, {}, other);
    expect([status, said.message]).toEqual([401, expect.stringContaining("x-content-sha256 is of another body")]);
    expect(api.store.state.oci.vcns).toEqual([]);
  });
});

describe("a retry token", () => {
  const token = { "opc-retry-token": "once" };
  const body = (name: string) => ({ compartmentId: root, cidrBlocks: ["10.0.0.0/16"], displayName: name });

  it("makes a request that is sent twice do its work once", async () => {
    const [first, second] = await Promise.all([
      api.call("POST", "/20160918/vcns", body("lab"), token),
      api.call("POST", "/20160918/vcns", body("lab"), token),
    ]);
    expect(second.body.id).toBe(first.body.id);
    expect(api.store.state.oci.vcns).toHaveLength(1);
  });

  it("is not taken for another request", async () => {
    await api.call("POST", "/20160918/vcns", body("lab"), token);
    const { status, body: said } = await api.call("POST", "/20160918/vcns", body("other"), token);
    expect([status, said.code]).toEqual([409, "InvalidatedRetryToken"]);
  });

  it("is free again when the request was refused", async () => {
    const bad = { ...body("lab"), cidrBlocks: ["10.0.0.1/16"] };
    expect((await api.call("POST", "/20160918/vcns", bad, token)).status).toBe(400);
    expect((await api.call("POST", "/20160918/vcns", body("lab"), token)).status).toBe(200);
  });

  it("is kept with the last ten thousand of them", async () => {
    const tokens = new RetryTokens(() => 0);
    let done = 0;
    const once = (number: number) => tokens.once(String(number), "the same", async () => ({ status: (done += 1) }));
    for (let number = 0; number <= 10_000; number += 1) await once(number);
    expect([await once(10_000), done]).toEqual([{ status: 10_001 }, 10_001]);
    expect(await once(0)).toEqual({ status: 10_002 });
  });

  it("is forgotten after a day", async () => {
    const made = await api.call("POST", "/20160918/vcns", body("lab"), token);
    api.turnClock(25 * 60 * 60 * 1000);
    const again = await api.call("POST", "/20160918/vcns", body("lab"), token);
    expect(again.body.id).not.toBe(made.body.id);
  });
});

describe("an ETag", () => {
  it("lets a change through that knows the present object, and no other", async () => {
    const path = `/20160918/vcns/${await vcn()}`;
    api.turnClock(2000);
    const etag = (await api.call("GET", path)).headers.get("etag") ?? "";
    const changed = await api.call("PUT", path, { displayName: "new" }, { "if-match": etag });
    expect([changed.status, changed.body.displayName]).toEqual([200, "new"]);
    const late = await api.call("PUT", path, { displayName: "late" }, { "if-match": etag });
    expect([late.status, late.body.code]).toEqual([412, "NoEtagMatch"]);
    const gone = await api.call("DELETE", path, undefined, { "if-match": etag });
    expect([gone.status, api.store.state.oci.vcns[0]?.displayName]).toEqual([412, "new"]);
  });
});

describe("a list", () => {
  it("comes in pages that have every object once", async () => {
    const vcnId = await vcn();
    for (let n = 0; n < 7; n += 1)
      await api.call("POST", "/20160918/networkSecurityGroups", { compartmentId: root, vcnId, displayName: `g${n}` });
    const names: string[] = [];
    let page = "";
    do {
      const path = `/20160918/networkSecurityGroups?compartmentId=${root}&limit=3${page && `&page=${page}`}`;
      const { body, headers } = await api.call("GET", path);
      expect(body.length).toBeLessThanOrEqual(3);
      names.push(...body.map(({ displayName }: { displayName: string }) => displayName));
      page = headers.get("opc-next-page") ?? "";
    } while (page);
    expect(names).toEqual(["g0", "g1", "g2", "g3", "g4", "g5", "g6"]);
  });

  it.each([
    ["limit=0", "limit 0 is not valid"],
    ["limit=9999", "limit 9999 is not valid"],
    ["page=nonsense", "page nonsense is no page"],
  ])("refuses %s", async (query, message) => {
    const { status, body } = await api.call("GET", `/20160918/vcns?compartmentId=${root}&${query}`);
    expect([status, body.code, body.message]).toEqual([400, "InvalidParameter", expect.stringContaining(message)]);
  });

  it("needs a compartment, and one that there is", async () => {
    expect((await api.call("GET", "/20160918/vcns")).body.code).toBe("MissingParameter");
    const nowhere = await api.call("GET", "/20160918/vcns?compartmentId=ocid1.compartment.oc1..no");
    expect([nowhere.status, nowhere.body.code]).toEqual([404, "NotAuthorizedOrNotFound"]);
  });

  it("is narrowed by name, and sorted", async () => {
    await vcn("b");
    await vcn("a");
    const { body } = await api.call("GET", `/20160918/vcns?compartmentId=${root}&sortBy=DISPLAYNAME`);
    expect(body.map(({ displayName }: { displayName: string }) => displayName)).toEqual(["a", "b"]);
    const one = await api.call("GET", `/20160918/vcns?compartmentId=${root}&displayName=b`);
    expect(one.body).toHaveLength(1);
  });
});

describe("a wrong request", () => {
  it.each([
    ["a path that is none of OCI's", "GET", "/nothing", undefined, 404, "NotFound"],
    ["a service that is not played", "GET", "/20160918/vtaps", undefined, 400, "NotPlayed"],
    ["another method", "DELETE", "/20160918/vcns", undefined, 400, "NotPlayed"],
    ["an object that is not there", "GET", "/20160918/vcns/ocid1.vcn.no", undefined, 404, "NotAuthorizedOrNotFound"],
    ["no compartment", "POST", "/20160918/vcns", { cidrBlocks: ["10.0.0.0/16"] }, 400, "MissingParameter"],
    ["a field of another type", "POST", "/20160918/vcns", { cidrBlocks: "10.0.0.0/16" }, 400, "InvalidParameter"],
    ["too large a body", "POST", "/20160918/vcns", { displayName: "x".repeat(3_000_000) }, 413, "PayloadTooLarge"],
    ["an escape that is none", "GET", "/20160918/vcns/%zz", undefined, 400, "InvalidParameter"],
  ] as const)("with %s is refused", async (_, method, path, body, status, code) => {
    const answer = await api.call(method, path, body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });
});

it("a body with a field that every object of JavaScript has is read like any other", async () => {
  const [own, inherited] = [JSON.parse('{"__proto__": null}'), { toString: null, constructor: null }];
  const body = { compartmentId: root, cidrBlocks: ["10.0.0.0/16"], ...inherited };
  Object.defineProperty(body, "__proto__", { value: own.__proto__, enumerable: true });
  expect((await api.call("POST", "/20160918/vcns", body)).status).toBe(200);
});

it("what is Oracle's own is told, and is not for an account to delete", async () => {
  const [image] = (await api.call("GET", `/20160918/images?compartmentId=${root}`)).body;
  const path = `/20160918/images/${image.id}`;
  expect((await api.call("GET", path)).body).toMatchObject({ id: image.id, compartmentId: null });
  const { status, body } = await api.call("DELETE", path);
  expect([status, body.message]).toEqual([409, `${image.id} is Oracle's own image.`]);
});
