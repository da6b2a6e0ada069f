import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Provider } from "../../../sandbox/plugin/resource.ts";
import type { ProviderSchema } from "../../../sandbox/plugin/schema.ts";
import { emptyWorld } from "../../../sandbox/systems/index.ts";
import { openStore } from "../../../sandbox/world/store.ts";
import { terraform } from "../plugin/terraform.ts";

const schema: ProviderSchema = {
  source: "test/region",
  provider: { version: 0, block: {} },
  resource_schemas: {
    region: { version: 0, block: { attributes: { name: { type: "string", required: true } } } },
  },
  data_source_schemas: {},
};
/** Its one resource is the world's home region. */
const provider: Provider = {
  source: "test/region",
  resources: {
    region: {
      create({ world }, { name }) {
        world.state.oci.homeRegion = String(name);
        world.changed();
        return {};
      },
      read: () => ({}),
      update: () => ({}),
      delete() {},
    },
  },
  dataSources: {},
};

describe("a sandbox whose disk is full", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "ampere-full-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("changes nothing, says so to each whose change shared the save, and goes on when there is room", async () => {
    const file = join(folder, "world.json");
    writeFileSync(file, JSON.stringify(emptyWorld()));
    const store = openStore(file, () => emptyWorld());
    const tool = await terraform(provider, schema, store);
    const first = store.state.oci.homeRegion;
    // In the way of what is written, as a full disk is.
    mkdirSync(`${file}.new`);
    const both = [tool.apply("region", { name: "one" }), tool.apply("region", { name: "two" })];
    for (const outcome of await Promise.allSettled(both))
      expect(outcome).toMatchObject({
        status: "rejected",
        reason: { message: expect.stringContaining("nothing was changed: make room") },
      });
    expect(store.state.oci.homeRegion).toBe(first);
    rmdirSync(`${file}.new`);
    await tool.apply("region", { name: "three" });
    expect(JSON.parse(readFileSync(file, "utf8")).oci.homeRegion).toBe("three");
  });
});
