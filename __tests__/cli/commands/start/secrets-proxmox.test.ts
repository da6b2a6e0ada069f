/** What a lab signs in with to hosts of one's own: where it comes from, and what is said without it. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HomeLabInput } from "../../../../config/index.ts";
import { LEAST, LEAST_AT_HOME, REPOSITORY } from "../../../config/labs.ts";

const LAB = join(__dirname, "../../../../cli/bin/lab.js");
const TOKEN = "lab@pve!stacks=12345678-1234-1234-1234-123456789abc";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "ampere-token-"));
});
afterEach(() => rmSync(home, { recursive: true }));

function give(input: string, config: object = LEAST_AT_HOME) {
  const file = join(home, "lab.json");
  writeFileSync(file, JSON.stringify(config));
  const env = { PATH: process.env["PATH"], HOME: home, LAB_HOME: home, LAB_CONFIG: file };
  return spawnSync(process.execPath, [LAB, "secrets", "proxmox"], { cwd: REPOSITORY, env, input, encoding: "utf8" });
}

const kept = () => JSON.parse(readFileSync(join(home, ".lab", "secrets.json"), "utf8"));

describe("lab secrets proxmox", () => {
  it("keeps the token of stdin, and does not print it", () => {
    const { status, stdout, stderr } = give(`${TOKEN}\n`);
    expect([status, kept().proxmoxToken]).toEqual([0, TOKEN]);
    expect(stdout + stderr).not.toContain("12345678");
    expect(stdout).toMatch(/secrets\.json has the token/);
  });

  it("keeps root's password where the lab signs in with that", () => {
    const api: HomeLabInput["proxmox"]["api"] = { ...LEAST_AT_HOME.proxmox.api, auth: "password" };
    const { status } = give("hunter22\n", { ...LEAST_AT_HOME, proxmox: { ...LEAST_AT_HOME.proxmox, api } });
    expect([status, kept().proxmoxPassword]).toEqual([0, "hunter22"]);
  });

  it("refuses what is no token without saying what it was", () => {
    const { status, stderr } = give("hunter22\n");
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining("the token on stdin: got something else, allowed user@realm!name=uuid"),
    ]);
    expect(stderr).not.toContain("hunter22");
  });

  it("has no place in a lab that makes its hosts", () => {
    expect(give(TOKEN, LEAST)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('only with proxmox.hosts "existing"'),
    });
  });
});
