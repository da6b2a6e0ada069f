/** Copies of backups in another region. */
import type { Attributes } from "../../plugin/resource.ts";
import type { Resource } from "../kernel/resource.ts";
import { maybeText, text } from "../model/attributes.ts";
import { invalid } from "../model/refusals.ts";
import { regionalId, regionNamed } from "../model/regions.ts";
import { refuse } from "../model/not-played.ts";
import { bootVolumeBackup, volumeBackup } from "../resources/volume-backup.ts";
import { record, shown, viewOf } from "../http/collection.ts";
import type { Route } from "../http/route.ts";

type Backup = Attributes & { readonly displayName: string; readonly copyOf: string | null };

/** A backup of its own: it stays when the one that it was made of goes. */
function copy<B extends Backup>(d: Resource<B>): Route {
  return {
    method: "POST",
    path: `${d.path}/{id}/actions/copy`,
    run(request) {
      const { call, body } = request;
      const found = record(request, d);
      refuse(["kms_key_id"], body);
      const region = text(body, "destinationRegion");
      if (!regionNamed(region)) throw invalid(d.service, `destinationRegion ${region} is not valid.`);
      const made = {
        ...found,
        id: regionalId({ ...call, provider: { region } }, d.idType),
        region,
        timeCreated: call.world.now(),
        displayName: maybeText(body, "displayName") ?? found.displayName,
        copyOf: found.id,
      };
      d.all(call.world.state.oci).push(made);
      call.world.changed();
      if (d.states) request.api.lifecycles.begin(made.id, d.states.creating);
      return shown(viewOf(request, d, made));
    },
  };
}

/** Calls on backups beside their collections. */
export const volumeBackupRoutes: readonly Route[] = [copy(volumeBackup), copy(bootVolumeBackup)];
