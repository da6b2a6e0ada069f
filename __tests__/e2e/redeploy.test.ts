import { endpointOf } from "../../images/upload/endpoint.ts";
import { type ObjectStore, openObjectStore } from "../../images/upload/index.ts";
import { TestLab } from "./lab.ts";

jest.setTimeout(180_000);

const changed = async (lab: TestLab, verb: "deploy" | "destroy") => lab.cdktf(verb, "oci", "--auto-approve");

describe("a lab that was destroyed", () => {
  let lab: TestLab;
  beforeAll(async () => {
    lab = await TestLab.create();
    expect(await changed(lab, "deploy")).toMatchObject({ code: 0 });
  });
  afterAll(() => lab.end());

  it("leaves its compartment, says so, and is deployed into it again at once", async () => {
    const { code, stderr } = await changed(lab, "destroy");
    expect(code).toBe(0);
    expect(stderr).toContain("left: compartment test-lab, empty");
    expect(await lab.world()).toEqual({ oci_identity_compartment: 1 });
    expect(await changed(lab, "deploy")).toMatchObject({ code: 0 });
    expect(await lab.world()).toEqual(lab.state());
    expect((await lab.cdktf("diff", "oci")).code).toBe(0);
  });
});

describe("a lab whose config has the compartment deleted", () => {
  let lab: TestLab;
  beforeAll(async () => {
    const compartment = { create: "test-lab", onDestroy: "delete" } as const;
    lab = await TestLab.create({ oci: { region: "eu-frankfurt-1", compartment } });
    expect(await changed(lab, "deploy")).toMatchObject({ code: 0 });
  });
  afterAll(() => lab.end());

  it("is refused its compartment's name until that is gone, with what to do, and then deployed again", async () => {
    const { code, stderr } = await changed(lab, "destroy");
    expect(code).toBe(0);
    expect(stderr).toContain("compartment test-lab is being deleted");
    expect(await lab.world()).toEqual({});
    const early = await changed(lab, "deploy");
    expect(early.code).toBe(1);
    expect(early.stderr).toContain("409-CompartmentAlreadyExists");
    expect(early.stderr).toMatch(/^To do about the compartment: .*oci\.compartment/m);
    await (await lab.sandbox()).addFault({ what: "clock", seconds: 31 * 60 });
    expect(await changed(lab, "deploy")).toMatchObject({ code: 0 });
    expect(await lab.world()).toEqual(lab.state());
  });
});

describe("a destroy with --images", () => {
  const BUCKET = "test-lab-images";
  const IMAGE = "proxmox-ampere-00000000aaaa.oci";
  let lab: TestLab;
  let store: ObjectStore;
  let root: string;
  beforeAll(async () => {
    lab = await TestLab.create();
    const { oci } = await (await lab.sandbox()).real();
    root = oci["TF_VAR_tenancy_ocid"] ?? "";
    store = await openObjectStore({
      region: "eu-frankfurt-1",
      signIn: { auth: "profile", profile: "DEFAULT" },
      signal: new AbortController().signal,
      say: () => undefined,
      endpoint: endpointOf(oci),
      env: oci,
    });
  });
  afterAll(() => lab.end());
  const destroy = (...more: string[]) => lab.cdktf("destroy", "oci", "--images", ...more);

  it("says that there is no bucket where there is none", async () => {
    expect(await destroy("--auto-approve")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`${BUCKET}: there is none`),
    });
  });

  it("gives up what was begun of images, and leaves the bucket where something else is in it", async () => {
    await store.createBucket(BUCKET, root);
    await store.startUpload(BUCKET, IMAGE, {});
    const other = await store.startUpload(BUCKET, "holiday.jpg", {});
    const { code, stdout } = await destroy("--auto-approve");
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining("deleted 1 image or parts of them, 0.00 GB; the bucket stays"),
    ]);
    expect((await store.uploads(BUCKET)).map(({ objectName }) => objectName)).toEqual(["holiday.jpg"]);
    await store.abort(other);
  });

  it("deletes the bucket that has nothing else in it", async () => {
    await store.startUpload(BUCKET, IMAGE, {});
    const { code, stdout } = await destroy("--auto-approve");
    expect([code, stdout]).toEqual([0, expect.stringContaining("0.00 GB; and the bucket")]);
    expect(await store.bucket(BUCKET)).toBeNull();
  });

  it("takes images from no lab that is not destroyed", async () => {
    expect(await changed(lab, "deploy")).toMatchObject({ code: 0 });
    await store.createBucket(BUCKET, root);
    const { stderr } = await lab.cdktf("destroy", "talos", "--images", "--auto-approve");
    expect(stderr).toContain("--images: stack oci is not destroyed, so its images stay");
    expect(await store.bucket(BUCKET)).not.toBeNull();
  });
});
