/** Calls functions of the pipeline, as a library does. Prints a line for each: the id of what it returns, or its text. */
import { CacheSharingMode, type Client, connect } from "@dagger.io/dagger";
import { z } from "zod";
import {
  type Builder,
  buildAllImages,
  buildBaseImage,
  buildProxmoxImage,
  uploadToOci,
} from "../../images/model/pipeline.ts";

const variables = z.record(z.string(), z.string()).default({});
const jobs = z.array(
  z.strictObject({
    call: z.enum(["buildBaseImage", "buildProxmoxImage", "buildAllImages", "uploadToOci"]),
    /** `rootfs` and `archive` lie on the host; anything else is the text of images/builder.json. */
    builder: z.string().default("rootfs"),
    source: z.string().nullable().default(null),
    variables,
    proxmoxVariables: variables,
    nonce: z.string().default(""),
    /** Has the credentials. */
    folder: z.string().default(""),
  }),
);

function builderOf(dag: Client, builder: string): Builder {
  if (builder === "rootfs") return { rootfs: dag.host().directory("/builder") };
  return builder === "archive" ? { archive: dag.host().file("/builder.tar") } : { pin: builder };
}

async function result(dag: Client, job: z.infer<typeof jobs>[number]): Promise<string> {
  const source = job.source === null ? null : dag.host().file(job.source);
  const inputs = {
    packer: dag.host().directory("/repository/packer"),
    builder: builderOf(dag, job.builder),
    variables: job.variables,
    locked: CacheSharingMode.Locked,
  } as const;
  switch (job.call) {
    case "buildBaseImage":
      return await buildBaseImage(dag, inputs, source).id();
    case "buildProxmoxImage":
      return await buildProxmoxImage(dag, inputs, source ?? dag.host().file("/base.qcow2")).id();
    case "buildAllImages":
      return await buildAllImages(dag, { ...inputs, proxmoxVariables: job.proxmoxVariables }, source).id();
    case "uploadToOci":
      return await uploadToOci(dag, {
        images: dag.host().directory("/artifacts"),
        source: dag.host().directory("/repository"),
        builder: inputs.builder,
        bucket: "images",
        compartmentId: "ocid1.compartment.oc1..a",
        ociConfig: dag.secret(`file://${job.folder}/config`),
        ociKey: dag.secret(`file://${job.folder}/key.pem`),
        nonce: job.nonce,
      });
  }
}

await connect(async (dag) => {
  for (const job of jobs.parse(JSON.parse(process.argv[2] ?? ""))) console.log(await result(dag, job));
});
