import { TestLab } from "./lab.ts";

jest.setTimeout(120_000);

it("a capability schema that OCI attaches to the image by itself is named, taken in, and made the lab's own", async () => {
  const lab = await TestLab.create();
  try {
    await (await lab.sandbox()).addFault({ what: "schema" });
    const { code, stderr } = await lab.cdktf("deploy", "oci", "--auto-approve");
    expect(code).toBe(1);
    const [, option = ""] = /^To do about the capability schema: .* --recover-id (\S+) takes it in/m.exec(stderr) ?? [];
    expect(option).toMatch(/^oci_core_compute_image_capability_schema\.\S+=ocid1\.computeimagecapabilityschema\./);
    expect(await lab.cdktf("deploy", "oci", "--auto-approve", "--recover-id", option)).toMatchObject({ code: 0 });
    expect(await lab.cdktf("diff", "oci")).toMatchObject({ code: 0 });
    expect(await lab.world()).toMatchObject({ oci_core_compute_image_capability_schema: 1 });
    expect(await lab.cdktf("destroy", "oci", "--auto-approve")).toMatchObject({ code: 0 });
    expect(await lab.world()).toEqual({ oci_identity_compartment: 1 });
  } finally {
    await lab.end();
  }
});
