/** What a service gateway leads to: Oracle's services of a region. */
import { notFound, notPlayed } from "./refusals.ts";
import { REGIONS, wellKnownId } from "./regions.ts";

/** A service that a gateway leads to. `cidrBlock` is a label: the destination of routes and rules. */
type OracleService = {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly cidrBlock: string;
};

/** The two of a region: Object Storage alone, or everything. @throws ServiceRefusal for a region whose key is not known */
export function oracleServices(region: string): readonly OracleService[] {
  const key = REGIONS[region];
  if (key === undefined) throw notPlayed(`The list of Oracle's services in ${region}`);
  return [`OCI ${key} Object Storage`, `All ${key} Services In Oracle Services Network`].map((name) => ({
    id: wellKnownId("service", region, name),
    name,
    description: name,
    cidrBlock: name.toLowerCase().replace("object storage", "objectstorage").replaceAll(" ", "-"),
  }));
}

/** A service of the region. @throws ServiceRefusal 404 */
export function requireService(region: string, id: string): OracleService {
  const found = oracleServices(region).find((each) => each.id === id);
  if (!found) throw notFound("Core Service Gateway", `service ${id}`, "services");
  return found;
}
