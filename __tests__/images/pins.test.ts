import { createServer, type Server } from "node:http";
import { pinBuilder } from "../../images/pin-builder.ts";
import { pinSource, readSource, requirePinned } from "../../images/pins.ts";
import { Repository } from "./repository.ts";

const SUM = "a".repeat(128);
const DIGEST = `sha256:${"b".repeat(64)}`;
const IMAGE = "debian-13-genericcloud-arm64-20260902-2222.qcow2";

/** What the mirror and the registry answer, by path; anything else is 404. */
let answers: Record<string, string>;
let server: Server;
let address = "";
let repository: Repository;

beforeEach(async () => {
  repository = new Repository();
  repository.pin("", "");
  repository.write("images/builder.json", '{ "image": "docker.io/library/debian:bookworm-slim", "digest": null }');
  answers = {
    "/trixie/": '<a href="latest/">latest/</a> <a href="20260801-2190/">x</a> <a href="20260902-2222/">y</a>',
    "/trixie/20260902-2222/SHA512SUMS": `${"c".repeat(128)}  other.qcow2\n${SUM}  ${IMAGE}\n`,
    "/token": '{ "token": "t0ken" }',
    "/v2/library/debian/manifests/bookworm-slim": "",
  };
  server = createServer(({ url = "", headers }, response) => {
    const answer = answers[url.replace(/\?.*/, "")];
    response.statusCode = answer === undefined ? 404 : 200;
    if (url.startsWith("/v2/") && headers.authorization !== "Bearer t0ken") response.statusCode = 401;
    response.setHeader("docker-content-digest", DIGEST);
    response.end(answer ?? "no such page");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const bound = server.address();
  address = typeof bound === "object" && bound !== null ? `http://127.0.0.1:${bound.port}` : "";
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  repository.dispose();
});

const { signal } = new AbortController();
const pin = () => pinSource({ root: repository.root, signal, mirror: `${address}/trixie/` });
const pinContainer = () => {
  const hub = { token: `${address}/token`, registry: address };
  return pinBuilder({ root: repository.root, signal, hub });
};

describe("pinning the source image", () => {
  it("takes the newest dated image with the checksum beside it", async () => {
    await pin();
    expect(await requirePinned(repository.root)).toEqual({
      source_url: `${address}/trixie/20260902-2222/${IMAGE}`,
      source_checksum: `sha512:${SUM}`,
    });
  });

  it.each([
    ["a mirror without dated folders", "/trixie/", "<a href='latest/'>", /lists no dated folder such as/],
    [
      "sums without the image",
      "/trixie/20260902-2222/SHA512SUMS",
      `${SUM}  other.qcow2`,
      /has no SHA-512 of debian-13/,
    ],
    ["a sum that is none", "/trixie/20260902-2222/SHA512SUMS", `abc  ${IMAGE}`, /has no SHA-512 of debian-13/],
  ])("invents nothing for %s", async (_, path, answer, problem) => {
    answers[path] = answer;
    await expect(pin()).rejects.toThrow(problem);
    expect(await readSource(repository.root)).toEqual({ source_url: "", source_checksum: "" });
  });

  it("reports in one line the mirror's response", async () => {
    delete answers["/trixie/"];
    await expect(pin()).rejects.toThrow(`${address}/trixie/: HTTP 404; nothing was pinned`);
  });

  it("reports in one line that the mirror cannot be reached", async () => {
    const gone = pinSource({ root: repository.root, signal, mirror: "http://127.0.0.1:1/" });
    await expect(gone).rejects.toThrow(/^http:\/\/127\.0\.0\.1:1\/ cannot be reached: [^\n]+; nothing was pinned$/);
  });

  it("refuses in one line a damaged file of pins", async () => {
    repository.pin("latest", "md5:0");
    await expect(readSource(repository.root)).rejects.toThrow(
      /^[^\n]+source\.pkrvars\.json: [^\n]+ npx lab images pin$/,
    );
  });
});

describe("pinning the builder", () => {
  it("takes the digest that the tag stands for", async () => {
    await pinContainer();
    expect(JSON.parse(repository.read("images/builder.json"))).toEqual({
      image: "docker.io/library/debian:bookworm-slim",
      digest: DIGEST,
    });
  });

  it("invents nothing when the registry does not know the tag", async () => {
    delete answers["/v2/library/debian/manifests/bookworm-slim"];
    await expect(pinContainer()).rejects.toThrow(/manifests\/bookworm-slim: HTTP 404; nothing was pinned$/);
    expect(repository.read("images/builder.json")).toContain("null");
  });
});
