/** Commands that look whether all is well. */
import { images } from "./images.ts";
import { inSandbox, json, where } from "../options.ts";
import { type LabCommand } from "./row.ts";

export const HEALTH_COMMANDS: readonly LabCommand[] = [
  {
    name: "doctor",
    description: "Look at tools, config, credentials, images, state, ports and KVM; exits with 1 when something fails",
    options: (command) => json(inSandbox(where(command))),
    load: async () => (await import("../commands/doctor.ts")).doctor,
  },
  {
    name: "limits",
    description: "Say what the lab takes of Always Free; exits with 1 when its config is over",
    options: (command) => json(inSandbox(where(command))),
    load: async () => (await import("../commands/limits.ts")).limits,
  },
  {
    name: "capacity",
    description:
      "Ask OCI whether it has room for the lab's hosts now; exits with 1 when it has none where they are to be",
    examples: ["npx lab capacity", "npx lab capacity --json"],
    options: (command) => json(inSandbox(where(command))),
    load: async () => (await import("../commands/capacity.ts")).capacity,
  },
  {
    name: "validate",
    description: "Look at what was built and deployed, and say whether it is well",
    commands: [
      {
        name: "cluster",
        description: "Nodes, versions, etcd, API, DNS, storage, open ports; exits with 1 when something fails",
        examples: ["npx lab validate cluster", "npx lab validate cluster --sandbox --json"],
        options: (command) => json(inSandbox(where(command))).option("--skip-synth", "take what was synthesized last"),
        load: async () => (await import("../commands/validate-cluster.ts")).validateClusterCommand,
      },
      {
        name: "images",
        description: "Source, lock, builds and templates of the images; exits with 1 when something fails",
        examples: ["npx lab validate images"],
        options: images,
        load: async () => (await import("../commands/validate-images.ts")).validateImagesCommand,
      },
    ],
  },
];
