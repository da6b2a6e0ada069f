"""Oracle's Python SDK, told nothing but a configuration file and where the API is: says as JSON what is there."""

import json
import sys

import oci

endpoint, config_file = sys.argv[1:3]
config = oci.config.from_file(config_file)
tenancy = config["tenancy"]


def client(kind):
    return kind(config, service_endpoint=endpoint, retry_strategy=oci.retry.NoneRetryStrategy())


def everything(list_call, *args, **kwargs):
    """All pages, two items each: so that there are some."""
    return oci.pagination.list_call_get_all_results(list_call, *args, limit=2, **kwargs).data


identity = client(oci.identity.IdentityClient)
network = client(oci.core.VirtualNetworkClient)
compute = client(oci.core.ComputeClient)
balancers = client(oci.network_load_balancer.NetworkLoadBalancerClient)
storage = client(oci.object_storage.ObjectStorageClient)

try:
    compartments = [tenancy, *(each.id for each in everything(identity.list_compartments, tenancy))]
except oci.exceptions.ServiceError as refusal:
    print(json.dumps({"status": refusal.status, "code": refusal.code}))
    sys.exit(3)

namespace = storage.get_namespace().data
storage.create_bucket(namespace, {"name": "python", "compartmentId": tenancy})
storage.put_object(namespace, "python", "hello", b"hello")

print(
    json.dumps(
        {
            "vcns": [each.display_name for id in compartments for each in everything(network.list_vcns, id)],
            "instances": [
                [each.display_name, each.lifecycle_state, each.shape_config.ocpus, each.source_details.image_id is not None]
                for id in compartments
                for each in everything(compute.list_instances, id)
            ],
            "rules": [
                rule.description
                for id in compartments
                for group in everything(network.list_network_security_groups, compartment_id=id)
                for rule in everything(network.list_network_security_group_security_rules, group.id)
            ],
            "balancers": [
                list(each.listeners)
                for id in compartments
                for each in everything(balancers.list_network_load_balancers, id)
            ],
            "object": storage.get_object(namespace, "python", "hello").data.content.decode(),
        }
    )
)
