/** The tenancy in a few lines, for people. */
import { publicAddressOf } from "./resources/primary-address.ts";
import type { Account, OciTenancy } from "../world/oci.ts";
import { limitUse, type LimitUse } from "./model/limits.ts";

/** The tenancy for people: limits, instances, load balancers. */
export interface OciOverview {
  readonly account: Account;
  readonly limits: readonly LimitUse[];
  readonly instances: readonly {
    readonly name: string;
    readonly state: string;
    readonly shape: string;
    readonly ocpus: number;
    readonly memoryGb: number;
    readonly bootVolumeGb: number;
    readonly privateIp: string;
    readonly publicIp: string | null;
    readonly faultDomain: string;
  }[];
  readonly loadBalancers: readonly {
    readonly name: string;
    readonly publicIp: string | null;
    readonly ports: readonly number[];
  }[];
}

/** The overview of a tenancy, for people. */
export function ociOverview(tenancy: OciTenancy): OciOverview {
  return {
    account: tenancy.account,
    limits: limitUse(tenancy),
    instances: tenancy.instances.map((instance) => ({
      name: instance.displayName,
      state: instance.state,
      shape: instance.shape,
      ocpus: instance.ocpus,
      memoryGb: instance.memoryGb,
      bootVolumeGb: instance.bootVolumeGb,
      privateIp: instance.privateIp,
      publicIp: publicAddressOf(tenancy, instance),
      faultDomain: instance.faultDomain,
    })),
    loadBalancers: [...tenancy.networkLoadBalancers, ...tenancy.loadBalancers].map((balancer) => ({
      name: balancer.displayName,
      publicIp: balancer.publicIp,
      ports: balancer.listeners.map(({ port }) => port),
    })),
  };
}
