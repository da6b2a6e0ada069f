/** Whoever asks for an image's name must not wait for an SDK that only a build or an upload needs. */
const sdk = ["oci-common", "oci-objectstorage", "@dagger.io/dagger"];

beforeEach(() => {
  for (const name of sdk)
    jest.doMock(name, () => {
      throw new Error(`${name} was loaded`);
    });
});

it.each(["index.ts", "model/archive.ts", "upload/index.ts", "runners/dagger.ts"])(
  "images/%s does not load an SDK",
  async (file) => {
    await expect(import(`../../images/${file}`)).resolves.toBeDefined();
  },
);

it("asking for the images does not load one either", async () => {
  const { ensureImages } = await import("../../images/index.ts");
  await expect(ensureImages()).resolves.toBeDefined();
});

it("opening Object Storage does", async () => {
  const { openObjectStore } = await import("../../images/upload/index.ts");
  const signal = new AbortController().signal;
  const signIn = { auth: "instance-principal" } as const;
  const options = { region: "eu-frankfurt-1", signIn, signal, say: () => undefined };
  await expect(openObjectStore(options)).rejects.toThrow("oci-common was loaded");
});
