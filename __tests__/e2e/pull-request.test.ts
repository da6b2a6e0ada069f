import type { LabInput } from "../../config/index.ts";
import { describeWithGit, type Reviewed, ScratchRepository } from "./scratch-repository.ts";

jest.setTimeout(120_000);

const CONTROL_PLANE = { name: "cp-1", role: "control-plane", vcpus: 2, memoryMb: 3072, diskGb: 20 } as const;
const WORKER = { name: "worker-1", role: "worker", vcpus: 2, memoryMb: 2048, diskGb: 20 } as const;
const BASE: Partial<LabInput> = { kubernetes: { nodes: [CONTROL_PLANE, WORKER] } };
const host = (ocpus: number, bootVolumeGb: number): Partial<LabInput> => ({
  hosts: [{ name: "pve-1", ocpus, memoryGb: 12, bootVolumeGb }],
});

/** The plan in a stack's fold. */
function plan(comment: string, stack: string): string {
  const [, text = ""] =
    new RegExp(`<summary><code>${stack}</code>: .*</summary>\n\n\`\`\`diff\n([^]*?)\n\`\`\`\n`).exec(comment) ?? [];
  return text;
}
const headline = ({ comment }: Reviewed): string | undefined => comment.split("\n")[1];
const row = (comment: string, start: string): string | undefined =>
  comment.split("\n").find((line) => line.startsWith(`| ${start}`));

const LOST = "> - pve-1 gets a new disk, and what is on it is lost: cp-1, talos-pve-1, worker-1\n";

describeWithGit("the comment of a pull request that", () => {
  let repository: ScratchRepository;
  let first: Reviewed;
  beforeAll(async () => {
    repository = await ScratchRepository.create(BASE);
    first = await repository.review();
    expect(await repository.deploy()).toMatchObject({ code: 0 });
  });
  afterAll(() => repository.end());

  async function reviewed(name: string, change: (repository: ScratchRepository) => void): Promise<Reviewed> {
    repository.branch(name, change);
    return repository.review();
  }
  const configured = (name: string, input: Partial<LabInput>): Promise<Reviewed> =>
    reviewed(name, (repository) => repository.configure({ ...BASE, ...input }));

  it("deploys for the first time has all there is to add, and what it takes of the free tier", () => {
    const { code, comment } = first;
    expect([code, headline(first)]).toEqual([2, "### 68 changes; $0.00"]);
    expect(row(comment, "`talos`")).toBe("| `talos` | 7 |  |  |  | after `oci`, `proxmox` |");
    expect(row(comment, "A1 OCPUs")).toBe("| A1 OCPUs | 0 OCPU | **2 OCPU** | 2 OCPU |");
    expect(comment).toMatch(/\n- image `proxmox-ampere`: `proxmox-ampere-\w{12}\.oci`, the first\n/);
    expect(plan(comment, "oci")).toContain("+   oci_core_instance.pve-1_instance\n+      availability_domain: ");
    expect(comment).not.toContain("[!CAUTION]");
  });

  it("changes nothing says so, and folds nothing but the free tier", async () => {
    const review = await reviewed("words", (repository) => repository.append("lab.config.ts", "// a word\n"));
    expect([review.code, headline(review)]).toEqual([0, "### No changes; $0.00"]);
    expect(row(review.comment, "`proxmox`")).toBe("| `proxmox` |  |  |  |  | no changes |");
    expect(review.comment.match(/<details.*/g)).toEqual([
      expect.stringContaining("<summary>Inside every Always Free limit"),
    ]);
  });

  it("changes in place has the values before and after, and no warning", async () => {
    const review = await configured("larger", host(2, 200));
    const { code, comment } = review;
    expect([code, headline(review)]).toEqual([2, "### 1 change; $0.00"]);
    expect(row(comment, "`oci`")).toBe("| `oci` |  | 1 |  |  |  |");
    expect(row(comment, "boot and")).toBe("| boot and block volumes | 150 GB | **200 GB** | 200 GB |");
    expect(plan(comment, "oci")).toBe(
      "!   oci_core_instance.pve-1_instance\n!      source_details.0.boot_volume_size_in_gbs: 150 → 200",
    );
    expect(comment).not.toContain("[!CAUTION]");
  });

  it("adds a tag replaces nothing", async () => {
    const { code, comment } = await configured("tag", { tags: { owner: "me" } });
    expect([code, row(comment, "`oci`")]).toEqual([2, "| `oci` |  | 15 |  |  |  |"]);
    expect(comment).not.toContain("[!CAUTION]");
  });

  it("replaces warns, names what forces it, and what follows in other stacks", async () => {
    const review = await configured("elsewhere", { oci: { region: "eu-frankfurt-1", availabilityDomain: 2 } });
    const { code, comment } = review;
    expect([code, headline(review)]).toEqual([2, "### 19 changes: replaces 8 objects; $0.00"]);
    expect(comment).toContain(LOST);
    expect(comment).toContain(
      "> - replaced: `oci_core_instance.pve-1_instance` in `oci`: forced by `availability_domain`\n",
    );
    expect(plan(comment, "oci")).toMatch(
      /^-\/\+ oci_core_instance.* \(a changed value cannot be changed in place\)\n! +availability_domain: .*-AD-1 → .*-AD-2 {2}\(forces replacement\)$/m,
    );
    expect(row(comment, "`proxmox`")).toMatch(/\| after `oci` \|$/);
    expect(comment).toContain("- step `terraform_data.cluster_form_run` in `proxmox` runs again\n");
  });

  it("destroys warns, and says why", async () => {
    const review = await configured("smaller", { kubernetes: { nodes: [CONTROL_PLANE] } });
    const { code, comment } = review;
    expect([code, headline(review)]).toEqual([2, "### 5 changes: destroys 2 objects; $0.00"]);
    expect(comment).toContain(
      "> [!CAUTION]\n> A deploy of this destroys 2 objects.\n>\n> - destroyed: `proxmox_virtual_environment_vm.worker-1_vm` in `proxmox`: no longer in the app\n",
    );
    expect(row(comment, "`proxmox`")).toBe("| `proxmox` |  |  |  | 2 |  |");
    expect(plan(comment, "proxmox")).toContain(
      "-   proxmox_virtual_environment_vm.worker-1_vm  (no longer in the app)",
    );
  });

  it("changes the image names both, and what they make anew", async () => {
    const review = await reviewed("image", (repository) =>
      repository.append("packer/proxmox-ampere/provision/20-name.sh", "# another word\n"),
    );
    const { code, comment } = review;
    expect([code, headline(review)]).toEqual([2, "### 20 changes: replaces 9 objects; $0.00"]);
    expect(comment).toContain(LOST);
    const [, before, after] = /\n- image `proxmox-ampere`: `(.*\.oci)` → `(.*\.oci)`\n/.exec(comment) ?? [];
    expect(before).not.toBe(after);
    expect(plan(comment, "oci")).toContain(`object_name: ${before} → ${after}  (forces replacement)`);
  });

  it("goes over the free tier has the table that says by what, and fails", async () => {
    const review = await configured("over", host(4, 150));
    const { code, comment, stderr } = review;
    expect([code, headline(review)]).toEqual([1, "### Refused: over 1 Always Free limit"]);
    expect(comment).toMatch(
      /\nA1 OCPUs +4 OCPU +2 OCPU +oci\/pve-1\/instance +over: give hosts\[\]\.ocpus a sum of at most 2\n/,
    );
    expect(stderr).toContain("Over 1 Always Free limit: this costs money");
  });

  it("goes over the free tier on purpose says what it costs in its headline, and does not fail", async () => {
    const review = await configured("paid", { allowPaid: true, ...host(4, 150) });
    const { code, comment } = review;
    expect([code, headline(review)]).toEqual([2, "### 2 changes; over 1 Always Free limit: costs money"]);
    expect(row(comment, "A1 OCPUs")).toBe("| A1 OCPUs | 2 OCPU | **4 OCPU** | 2 OCPU **(over)** |");
  });

  it("breaks the config has the line that says how, and fails", async () => {
    const review = await configured("broken", host(2, 40));
    expect([review.code, headline(review)]).toEqual([1, "### Refused: the app could not be synthesized"]);
    expect(review.comment).toContain(
      "```text\nlab.config.ts: hosts[0].bootVolumeGb: got 40, allowed 50 to 32768 (GB; every OCI volume is at least 50 GB)\n```",
    );
  });
});
