import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { processesWith } from "../../../../cli/clients/processes.ts";
import { parseSecrets } from "../../../../cli/engine/state/secrets-schema.ts";
import { fingerprintOf, KEYS } from "../../../images/upload-lab.ts";
import { itWithTool, SmallLab, TOOL } from "../../small-lab.ts";

/** Plays ssh: listens at every -L until it is ended. */
const FAKE_SSH = `#!${process.execPath}
const args = process.argv.slice(2);
for (const [i, arg] of args.entries()) if (arg === "-L") require("node:net").createServer((s) => s.end()).listen(Number(args[i + 1].split(":")[1]), "127.0.0.1");
`;

/** A line of a private key that is in no public one: the last but one. */
const bodyOf = (key: { readonly private: string }): string => key.private.trim().split("\n").at(-2) ?? "";

const port = 20_000 + (process.pid % 10_000);
const CONNECT = `node -e 'require("net").connect(${port}, "127.0.0.1").on("connect", () => process.exit(0)).on("error", () => process.exit(1))'`;

let lab: SmallLab;
beforeEach(() => {
  const variable = { type: "string" };
  lab = new SmallLab({
    oci: {
      terraform: {
        variable: {
          tenancy_ocid: variable,
          ssh_public_key: variable,
          pve_root_password: { ...variable, sensitive: true },
        },
        resource: { terraform_data: { host: { input: "${var.ssh_public_key}" } } },
        output: {
          tenancy: { value: "${var.tenancy_ocid}" },
          key: { value: "${terraform_data.host.output}" },
          host_public_ips: { value: { "pve-1": "192.0.2.1" } },
        },
      },
    },
    proxmox: {
      reads: ["oci"],
      terraform: {
        resource: {
          terraform_data: {
            vm: {
              input: "${data.terraform_remote_state.oci.outputs.key}",
              provisioner: { "local-exec": { command: CONNECT } },
            },
          },
        },
      },
    },
  });
  const tunnel = { name: "pve-1", localPort: port, via: "pve-1", target: { address: "10.0.0.11", port: 8006 } };
  const facts = {
    version: 1,
    lab: "test",
    hosts: [{ name: "pve-1", address: "10.0.0.11" }],
    tunnels: [tunnel],
    signIn: { auth: "profile", profile: "lab" },
  };
  writeFileSync(lab.path("lab.json"), JSON.stringify(facts));
  mkdirSync(lab.path("bin"));
  writeFileSync(lab.path("bin", "ssh"), FAKE_SSH, { mode: 0o755 });
  mkdirSync(lab.path(".oci"));
  writeFileSync(
    lab.path(".oci", "config"),
    `[DEFAULT]\ntenancy=ocid1.tenancy.other\n[lab]\ntenancy=ocid1.tenancy.lab\nuser=u\nfingerprint=${fingerprintOf(KEYS.publicKey)}\nkey_file=key.pem\n`,
  );
  writeFileSync(lab.path(".oci", "key.pem"), KEYS.privateKey.export({ type: "pkcs8", format: "pem" }));
});
afterEach(() => lab.dispose());

const tunnels = () => processesWith(`-F ${lab.path(".lab")}`);
/** Resolves when the last ssh of the lab has ended, which it does right after it was asked to. */
const noTunnels = async (): Promise<void> => {
  while (tunnels().length > 0) await new Promise(setImmediate);
};
const env = (): Readonly<Record<string, string>> => ({ PATH: `${lab.path("bin")}:${process.env["PATH"]}` });

describe("a run against real hosts", () => {
  itWithTool(
    "hands the stacks their variables and opens the tunnels that they need, only as long as they run",
    async () => {
      const { code, stdout, stderr } = await lab.run(["deploy", "oci", "proxmox", "--auto-approve"], env());
      expect([code, stderr]).toEqual([0, expect.stringContaining("opening the tunnels to pve-1")]);
      expect(stdout).toContain("oci     tenancy = ocid1.tenancy.lab");
      expect(stdout).toMatch(/oci {5}key = "ssh-ed25519 \S+ ampere-lab"/);
      expect(stdout).toContain("proxmox + terraform_data.vm");
      for (const file of ["secrets.json", "ssh/id_ed25519"])
        expect(statSync(lab.path(".lab", file)).mode & 0o077).toBe(0);
      await noTunnels();
    },
  );

  itWithTool("opens no tunnel for the stack that makes the hosts, and keeps the lab's secrets", async () => {
    const first = await lab.run(["deploy", "oci", "--auto-approve"], env());
    expect(first.stderr).not.toContain("tunnel");
    const secrets = readFileSync(lab.path(".lab", "secrets.json"), "utf8");
    const second = await lab.run(["diff", "oci"], env());
    expect(second.code).toBe(0);
    expect(readFileSync(lab.path(".lab", "secrets.json"), "utf8")).toBe(secrets);
  });

  itWithTool("tells the diff of a lab that has no hosts yet", async () => {
    const { code, stderr } = await lab.run(["diff"], env());
    expect([code, stderr.includes("tunnel")]).toEqual([2, false]);
  });

  itWithTool("opens no tunnel for a diff that asks nobody what has changed outside", async () => {
    await lab.run(["deploy", "oci", "--auto-approve"], env());
    const { code, stderr } = await lab.run(["diff", "proxmox", "--no-refresh"], env());
    expect([code, stderr.includes("tunnel")]).toEqual([2, false]);
    expect((await lab.run(["diff", "proxmox"], env())).stderr).toContain("opening the tunnels to pve-1");
  });

  itWithTool("lets what the user has set weigh more than what the lab made", async () => {
    const own = { ...env(), TF_VAR_ssh_public_key: "ssh-ed25519 mine" };
    expect((await lab.run(["deploy", "oci", "--auto-approve"], own)).stdout).toContain('key = "ssh-ed25519 mine"');
  });

  itWithTool(
    "refuses a tenancy that is not the key's: the provider would sign with one and create in the other",
    async () => {
      const own = { ...env(), TF_VAR_tenancy_ocid: "ocid1.tenancy.mine" };
      const { code, stderr } = await lab.run(["deploy", "oci", "--auto-approve"], own);
      expect(code).toBe(1);
      expect(stderr).toContain('TF_VAR_tenancy_ocid: got "ocid1.tenancy.mine", and profile lab says ocid1.tenancy.lab');
    },
  );

  itWithTool("says that the tenancy is missing where no profile names it", async () => {
    const facts = JSON.parse(readFileSync(lab.path("lab.json"), "utf8"));
    writeFileSync(lab.path("lab.json"), JSON.stringify({ ...facts, signIn: { auth: "environment" } }));
    // As a workflow sets it that has no such variable.
    expect((await lab.run(["diff", "oci"], { ...env(), TF_VAR_tenancy_ocid: "" })).stderr).toContain(
      'TF_VAR_tenancy_ocid is not set: oci.auth "environment"',
    );
  });

  itWithTool(
    "puts no secret on a command line, nor into what is synthesized, nor into the app's environment",
    async () => {
      // Each program of the run tells its command line before it does its work.
      const told = lab.path("told");
      const telling = (name: string, rest: string): void =>
        writeFileSync(lab.path("bin", name), `#!/bin/sh\necho ${name} "$@" >>'${told}'\n${rest}\n`, { mode: 0o755 });
      writeFileSync(lab.path("bin", "fake-ssh"), FAKE_SSH, { mode: 0o755 });
      telling("ssh", `exec '${lab.path("bin", "fake-ssh")}' "$@"`);
      telling("tool", `exec ${TOOL ?? ""} "$@"`);
      writeFileSync(
        lab.path("cdktf.json"),
        JSON.stringify({ app: `env >>'${told}'; node app.mjs`, output: "cdktf.out" }),
      );
      const run = await lab.run(["deploy", "oci", "proxmox", "--auto-approve"], {
        ...env(),
        TERRAFORM_BINARY_NAME: lab.path("bin", "tool"),
      });
      expect(run.code).toBe(0);
      const seen = [
        readFileSync(told, "utf8"),
        readFileSync(lab.path("cdktf.out/stacks/oci/cdk.tf.json"), "utf8"),
      ].join();
      for (const known of [/^ssh .*-L/m, /^tool apply/m, /^LAB_HOME=/m]) expect(seen).toMatch(known);
      const { rootPassword, rootPasswordHash, userKey, hostKeys } = parseSecrets(
        readFileSync(lab.path(".lab", "secrets.json"), "utf8"),
      );
      for (const secret of [rootPassword, rootPasswordHash, ...[userKey, ...Object.values(hostKeys)].map(bodyOf)])
        expect(seen).not.toContain(secret);
    },
  );

  itWithTool("ends the tunnels when it is interrupted", async () => {
    await lab.run(["deploy", "oci", "--auto-approve"], env());
    const command = `echo started; while [ -d '${lab.home}' ]; do sleep 0.05; done`;
    const stacks = JSON.parse(readFileSync(lab.path("stacks.json"), "utf8"));
    stacks.proxmox.terraform.resource.terraform_data.vm.provisioner = { "local-exec": { command } };
    lab.write(stacks);
    const run = lab.start(["deploy", "proxmox", "--auto-approve"], env());
    await run.says("| started");
    expect(tunnels()).toHaveLength(1);
    run.child.kill("SIGINT");
    expect((await run.finished).code).toBe(130);
    await noTunnels();
  });
});
