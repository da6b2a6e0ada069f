/** Instances and volumes, in `$subnet`. */
import type { Command } from "./command.ts";

const WAIT = "--wait-interval-seconds 1";

export const COMPUTE: readonly Command[] = [
  {
    run: "compute shape list -c $compartment --availability-domain $ad --query data[?shape=='VM.Standard.A1.Flex'].\"ocpu-options\".max",
    prints: [80],
  },
  {
    run: "compute image list -c $compartment --operating-system 'Canonical Ubuntu' --shape VM.Standard.A1.Flex --sort-by TIMECREATED --limit 1",
    prints: { data: [{ "operating-system": "Canonical Ubuntu", "display-name": expect.stringContaining("aarch64") }] },
    keep: { image: "data.0.id" },
  },
  { run: 'compute image get --image-id $image --query data."lifecycle-state"', prints: "AVAILABLE" },
  {
    run: "compute image-shape-compatibility-entry list --image-id $image --query data[*].shape",
    prints: expect.arrayContaining(["VM.Standard.A1.Flex"]),
  },
  {
    run: `compute instance launch -c $compartment --availability-domain $ad --subnet-id $subnet --image-id $image --shape VM.Standard.A1.Flex --shape-config {"ocpus":1,"memoryInGBs":6} --display-name vm --hostname-label vm --metadata {"a":"b"} --wait-for-state RUNNING ${WAIT}`,
    prints: {
      data: {
        "lifecycle-state": "RUNNING",
        shape: "VM.Standard.A1.Flex",
        "shape-config": { ocpus: 1, "memory-in-gbs": 6 },
        metadata: { a: "b" },
      },
    },
    keep: { instance: "data.id", stale: "etag" },
  },
  {
    run: "compute instance launch -c $compartment --availability-domain $ad --subnet-id $subnet --image-id $image --shape VM.None",
    refused: { status: 400, code: "InvalidParameter" },
  },
  {
    run: "compute instance list -c $compartment --display-name vm --lifecycle-state RUNNING --query data[*].id",
    prints: ["$instance"],
  },
  { run: "compute instance list -c $compartment --lifecycle-state STOPPED", prints: null },
  { run: "compute instance list -c $compartment --availability-domain Uocm:EU-FRANKFURT-1-AD-3 --all", prints: null },
  {
    run: "compute instance update --instance-id $instance --display-name vm-1 --if-match wrong",
    refused: { status: 412, code: "NoEtagMatch" },
  },
  {
    run: "compute instance update --instance-id $instance --display-name vm-1 --if-match $stale",
    prints: { data: { "display-name": "vm-1" } },
  },
  {
    run: `compute instance action --instance-id $instance --action STOP --wait-for-state STOPPED ${WAIT}`,
    prints: { data: { "lifecycle-state": "STOPPED", "display-name": "vm-1" } },
  },
  {
    run: "compute instance action --instance-id $instance --action JUMP",
    refused: { status: 400, code: "InvalidParameter" },
  },
  {
    run: `compute instance action --instance-id $instance --action START --wait-for-state RUNNING ${WAIT}`,
    prints: { data: { id: "$instance" } },
  },
  {
    run: "compute instance list-vnics --instance-id $instance",
    prints: {
      data: [{ "is-primary": true, "subnet-id": "$subnet", "hostname-label": "vm", "lifecycle-state": "AVAILABLE" }],
    },
    keep: { vnic: "data.0.id", private: "data.0.private-ip" },
  },
  {
    run: 'compute vnic-attachment list -c $compartment --instance-id $instance --query data[*]."vnic-id"',
    prints: ["$vnic"],
  },
  {
    run: "network vnic update --vnic-id $vnic --skip-source-dest-check true",
    prints: { data: { "skip-source-dest-check": true } },
  },
  {
    run: "network private-ip list --vnic-id $vnic",
    prints: { data: [{ "ip-address": "$private", "is-primary": true }] },
  },
  { run: "network private-ip list --subnet-id $subnet --ip-address $private --query length(data)", prints: 1 },
  {
    run: "compute boot-volume-attachment list -c $compartment --availability-domain $ad --instance-id $instance",
    prints: { data: [{ "instance-id": "$instance", "lifecycle-state": "ATTACHED" }] },
    keep: { boot: "data.0.boot-volume-id" },
  },
  {
    run: "bv boot-volume get --boot-volume-id $boot",
    prints: { data: { "image-id": "$image", "lifecycle-state": "AVAILABLE" } },
  },
  {
    run: "bv boot-volume update --boot-volume-id $boot --size-in-gbs 20",
    refused: { status: 400, code: "InvalidParameter" },
  },
  {
    run: `bv volume create -c $compartment --availability-domain $ad --display-name data --size-in-gbs 50 --wait-for-state AVAILABLE ${WAIT}`,
    prints: { data: { "size-in-gbs": 50, "size-in-mbs": 51200, "vpus-per-gb": 10, "is-hydrated": true } },
    keep: { volume: "data.id", stale: "etag" },
  },
  {
    run: "bv volume list -c $compartment --availability-domain $ad --display-name data --query data[*].id",
    prints: ["$volume"],
  },
  { run: "bv volume list -c $compartment --volume-group-id ocid1.volumegroup.oc1..none", prints: null },
  {
    run: "bv volume update --volume-id $volume --size-in-gbs 60 --if-match wrong --force",
    refused: { status: 412, code: "NoEtagMatch" },
  },
  {
    run: "bv volume update --volume-id $volume --size-in-gbs 60 --if-match $stale --force",
    prints: { data: { "size-in-gbs": 60 } },
  },
  {
    run: "bv volume update --volume-id $volume --size-in-gbs 50 --force",
    refused: { status: 400, code: "InvalidParameter" },
  },
  {
    run: `compute volume-attachment attach --instance-id $instance --volume-id $volume --type paravirtualized --wait-for-state ATTACHED ${WAIT}`,
    prints: { data: { "attachment-type": "paravirtualized", "lifecycle-state": "ATTACHED" } },
    keep: { attachment: "data.id" },
  },
  { run: "bv volume delete --volume-id $volume --force", refused: { status: 409, code: "Conflict" } },
  {
    run: "compute volume-attachment list -c $compartment --volume-id $volume --query data[*].id",
    prints: ["$attachment"],
  },
  {
    run: `compute volume-attachment detach --volume-attachment-id $attachment --force --wait-for-state SUCCEEDED ${WAIT}`,
    prints: { data: { status: "SUCCEEDED", "operation-type": "DetachVolume" } },
  },
  {
    run: `bv backup create --volume-id $volume --type FULL --display-name copy --wait-for-state AVAILABLE ${WAIT}`,
    prints: { data: { type: "FULL", "volume-id": "$volume" } },
    keep: { backup: "data.id" },
  },
  {
    run: "bv backup list -c $compartment --volume-id $volume --lifecycle-state AVAILABLE --query data[*].id",
    prints: ["$backup"],
  },
  { run: "bv backup delete --volume-backup-id $backup --force", prints: null },
  { run: 'bv volume-backup-policy list --query sort(data[*]."display-name")', prints: ["bronze", "gold", "silver"] },
  {
    run: `bv volume delete --volume-id $volume --force --wait-for-state TERMINATED ${WAIT}`,
    prints: null,
  },
  {
    run: `compute instance terminate --instance-id $instance --preserve-boot-volume true --force --wait-for-state SUCCEEDED ${WAIT}`,
    prints: { data: { resources: [{ "entity-type": "instance", "action-type": "DELETED", identifier: "$instance" }] } },
  },
  { run: 'compute instance get --instance-id $instance --query data."lifecycle-state"', prints: "TERMINATED" },
  { run: "compute instance list -c $compartment --lifecycle-state RUNNING", prints: null },
  { run: "bv boot-volume list -c $compartment --availability-domain $ad --query data[*].id", prints: ["$boot"] },
  { run: "bv boot-volume delete --boot-volume-id $boot --force", prints: null },
];
