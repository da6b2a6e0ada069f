/** A connection through the SSH of a host that stands before it; a program plays ssh. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import { dial } from "../../../cli/clients/dial.ts";
import { listening } from "../../listening.ts";
import { SSH } from "./ssh-program.ts";

let folder: string;
let service: Server;
let port: number;
const sockets = new Set<Socket>();
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "ampere-lab-dial-"));
  service = createServer((socket) => {
    sockets.add(socket.once("close", () => sockets.delete(socket)));
    socket.on("data", (chunk) => socket.end(String(chunk).toUpperCase()));
  });
  port = await listening(service);
});
afterEach(() => {
  service.close();
  for (const socket of sockets) socket.destroy();
  rmSync(folder, { recursive: true });
});

const through = (program: string | null): Duplex => {
  if (program !== null) writeFileSync(join(folder, "ssh"), program, { mode: 0o755 });
  return dial({ host: "127.0.0.1", port, jump: "me@bastion" }, { PATH: folder });
};

describe("a connection by a jump host", () => {
  it("goes where ssh leads it, there and back, and asks nobody anything", async () => {
    const way = through(SSH);
    way.write("hello");
    expect(await text(way)).toBe("HELLO");
    const started = readFileSync(join(folder, "ssh.log"), "utf8");
    expect(started).toBe(`-o BatchMode=yes -W 127.0.0.1:${port} -- me@bastion`);
  });

  it.each([
    [
      "in ssh's own last word",
      "#!/bin/sh\necho warning >&2; echo 'Permission denied (publickey).' >&2; exit 255\n",
      "Permission denied (publickey).",
    ],
    ["without a word of ssh's", "#!/bin/sh\nexit 255\n", "ssh me@bastion ended"],
    ["without ssh", null, "ssh is not on PATH: install an OpenSSH client"],
  ])("that cannot be made fails %s", async (_what, program, message) => {
    await expect(text(through(program))).rejects.toThrow(message);
  });

  it("ends ssh with it", async () => {
    const way = through("#!/bin/sh\necho $$\nexec sleep 600\n");
    const pid = await new Promise<number>((resolve) => way.once("data", (chunk) => resolve(Number(chunk))));
    way.destroy();
    const isThere = (): boolean => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    while (isThere()) await new Promise(setImmediate);
  });
});
