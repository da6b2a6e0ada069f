/** Our own requests go through the user's proxy as Terraform's do, and what is on this machine never does. */
import { readdirSync, readFileSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { proxiesOf } from "../../../cli/clients/proxy.ts";
import { REPOSITORY } from "../../config/labs.ts";
import { startNode } from "../running.ts";

let proxy: Server;
let asked: string[];
let home: string;
beforeEach(async () => {
  asked = [];
  home = mkdtempSync(join(tmpdir(), "ampere-proxy-"));
  proxy = createServer((_request, response) => response.writeHead(502).end());
  proxy.on("connect", ({ url }, socket) => {
    asked.push(url ?? "");
    socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  await new Promise((resolve) => proxy.close(resolve));
  rmSync(home, { recursive: true });
});

function address(): string {
  const found: AddressInfo | string | null = proxy.address();
  if (found === null || typeof found === "string") throw new Error("no port");
  return `127.0.0.1:${found.port}`;
}

/** `lab comment` asks GITHUB_API_URL. Long before it gives up, as it tries again for minutes, it has asked. */
async function comment(env: Readonly<Record<string, string>>, until: string): Promise<void> {
  const program = join(REPOSITORY, "cli/bin/lab.js");
  const args = ["comment", "--file", __filename, "--pull-request", "1"];
  const own = { PATH: process.env["PATH"] ?? "", HOME: home, GITHUB_TOKEN: "t", GITHUB_REPOSITORY: "a/b", ...env };
  const running = startNode(program, args, { cwd: home, env: { ...own, GITHUB_API_URL: "https://api.example.test" } });
  await running.says(until);
  running.child.kill("SIGKILL");
  await running.finished;
}

describe("a request of ours", () => {
  it.each(["HTTPS_PROXY", "https_proxy"])("goes through %s", async (name) => {
    await comment({ [name]: `http://${address()}` }, "cannot be reached");
    expect(asked).toContain("api.example.test:443");
  });

  it("goes past it where NO_PROXY says so", async () => {
    await comment({ HTTPS_PROXY: address(), NO_PROXY: "example.test" }, "cannot be reached");
    expect(asked).toEqual([]);
  });

  it("says in one line what is no address of a proxy, and nothing of what is in it", async () => {
    const line = "HTTPS_PROXY: got an address that is none of a proxy, allowed http://HOST:PORT or https://HOST:PORT";
    await comment({ HTTPS_PROXY: "socks5://me:swordfish@proxy:1" }, line);
    expect(() => proxiesOf({ HTTPS_PROXY: "socks5://me:swordfish@proxy:1" })).toThrow(line);
  });
});

describe("proxies", () => {
  it("are found as Go finds them", () => {
    expect(proxiesOf({})).toBeNull();
    expect(proxiesOf({ HTTP_PROXY: "http://p:1" })).toBeNull();
    expect(proxiesOf({ https_proxy: "p:1", NO_PROXY: "a.test, .b.test 10.0.0.1" })).toEqual({
      httpProxy: "",
      httpsProxy: "http://p:1",
      noProxy: "a.test,.a.test,.b.test,10.0.0.1,localhost,127.0.0.1,[::1]",
    });
    expect(proxiesOf({ HTTPS_PROXY: "https://p:1", no_proxy: "a,*" })?.noProxy).toBe("*");
  });

  it("are obeyed by every request made by fetch, as all are but those to this machine, to one's own hosts or to a port", () => {
    const KNOWN =
      /^(demo-stage|clients\/(kubernetes|dial|pinned-relays|plain-relays|pve|tunnels|tunnel-ends)|engine\/checks\/port-scan)\.ts$|^images\/runners\//;
    const others = ["cli", "images", "config"].flatMap((folder) =>
      readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts") && !file.includes("node_modules"))
        .filter((file) =>
          /from "node:(https?|http2|net|tls)"/.test(readFileSync(join(REPOSITORY, folder, file), "utf8")),
        )
        .map((file) => (folder === "cli" ? file : `${folder}/${file}`)),
    );
    expect(others.filter((file) => !KNOWN.test(file))).toEqual(["clients/proxy.ts"]);
  });
});
