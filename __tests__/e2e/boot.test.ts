import { readFileSync } from "node:fs";
import { TestLab } from "./lab.ts";

jest.setTimeout(120_000);

it("a host that does not boot is told by its serial console, whole in a file, and the next deploy goes on", async () => {
  const lab = await TestLab.create();
  try {
    const sandbox = await lab.sandbox();
    await sandbox.addFault({ what: "boot", host: "pve-1", stop: "uefi-shell" });
    const { code, stderr } = await lab.cdktf("deploy", "oci", "proxmox", "--auto-approve");
    expect(code).toBe(1);
    const told = /^.*pve-1 \([\d.]+\) does not let us in: .*serial console \((\S+)\) shows: (.*)$/m.exec(stderr);
    expect(told?.[2]).toContain("UEFI shell");
    expect(readFileSync(told?.[1] ?? "", "utf8")).toContain("UEFI Interactive Shell");
    expect(await lab.lab("doctor", "--boot", "pve-1")).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(
        /^fail {2}boot {2}pve-1: the firmware found nothing to boot and opened its UEFI shell/,
      ),
    });
    await sandbox.clearFaults();
    expect(await lab.lab("doctor", "--boot", "pve-1")).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ok/) });
    expect(await lab.lab("doctor", "--boot", "pve-9")).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("--boot: got pve-9, allowed pve-1"),
    });
    expect(await lab.cdktf("deploy", "oci", "proxmox", "--auto-approve")).toMatchObject({ code: 0 });
  } finally {
    await lab.end();
  }
});
