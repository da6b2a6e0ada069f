import { execFileSync } from "node:child_process";
import { needing, program, python, TERRAFORMS } from "./workshop.ts";

describe("what the tests of real providers run with", () => {
  for (const tool of TERRAFORMS) {
    needing(tool).it(`has a ${tool}`, () => {
      expect(execFileSync(program(tool), ["version"], { encoding: "utf8" })).toMatch(/^(Terraform|OpenTofu) v1\./m);
    });
  }

  needing("proxmox").it("has the provider bpg/proxmox, which is a plugin", () => {
    expect(() => execFileSync(program("proxmox"), { encoding: "utf8", stdio: "pipe" })).toThrow(
      "This binary is a plugin",
    );
  });

  needing("python").it("has Python clients", async () => {
    const said = "import oci, proxmoxer; print(oci.__version__, proxmoxer.__version__)";
    expect(await python(["-c", said])).toMatchObject({ code: 0, stdout: "2.189.0 2.3.0\n" });
  });
});
