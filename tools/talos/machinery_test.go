// Package talos holds Talos's own library against the lab: the machine configurations that it makes, and the sandbox's API.
package talos

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"slices"
	"testing"
	"time"

	cryptox509 "github.com/siderolabs/crypto/x509"
	"github.com/siderolabs/talos/pkg/machinery/api/machine"
	"github.com/siderolabs/talos/pkg/machinery/client"
	clientconfig "github.com/siderolabs/talos/pkg/machinery/client/config"
	"github.com/siderolabs/talos/pkg/machinery/config/configloader"
	"go.yaml.in/yaml/v4"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Lab is what __tests__/real-providers/talos-machinery.test.ts hands over, in the file that TALOS_TEST_LAB names.
type Lab struct {
	// Configurations by preset and node.
	Configurations map[string]string `json:"configurations"`
	// Machines of a deployed lab; the first control plane is the one to bootstrap.
	Machines []Machine `json:"machines"`
	// Kubernetes is where a tunnel leads to the API server: 127.0.0.1:port.
	Kubernetes string `json:"kubernetes"`
	// CA, Cert and Key of the lab's talosconfig: PEM in base64.
	CA   string `json:"ca"`
	Cert string `json:"cert"`
	Key  string `json:"key"`
}

// Machine is one node: where a tunnel leads to its API, and the configuration that it is to have.
type Machine struct {
	Name          string `json:"name"`
	Node          string `json:"node"`
	Endpoint      string `json:"endpoint"`
	ControlPlane  bool   `json:"controlPlane"`
	Configuration string `json:"configuration"`
}

func load(t *testing.T) Lab {
	t.Helper()

	file := os.Getenv("TALOS_TEST_LAB")
	if file == "" {
		t.Fatal("TALOS_TEST_LAB names no file: run npm run test:providers")
	}

	text, err := os.ReadFile(file)
	check(t, err)

	var lab Lab
	check(t, json.Unmarshal(text, &lab))

	return lab
}

// The lab's machines are virtual ones that install Talos to a disk.
type cloud struct{}

func (cloud) String() string        { return "cloud" }
func (cloud) RequiresInstall() bool { return true }
func (cloud) InContainer() bool     { return false }

func TestConfigurations(t *testing.T) {
	for name, text := range load(t).Configurations {
		t.Run(name, func(t *testing.T) {
			provider, err := configloader.NewFromBytes([]byte(text))
			check(t, err)

			warnings, err := provider.Validate(cloud{})
			check(t, err)

			if len(warnings) > 0 {
				t.Errorf("Talos warns: %q", warnings)
			}
		})
	}
}

func TestCluster(t *testing.T) {
	lab := load(t)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)

	first := lab.Machines[slices.IndexFunc(lab.Machines, func(m Machine) bool { return m.ControlPlane })]

	// Each step needs the one before.
	step := func(name string, run func(t *testing.T)) {
		if !t.Run(name, run) {
			t.FailNow()
		}
	}

	step("machines that are reset are in maintenance mode", func(t *testing.T) {
		// Workers first: a control plane signs their certificates.
		for _, m := range slices.Backward(lab.Machines) {
			c := admin(t, lab, m)
			events := watched(t, client.WithNode(ctx, m.Node), c)
			check(t, c.ResetGeneric(client.WithNode(ctx, m.Node), &machine.ResetRequest{
				Reboot: true,
				// Without the whole of the system disk nothing would boot.
				SystemPartitionsToWipe: []*machine.ResetPartitionSpec{
					{Label: "STATE", Wipe: true},
					{Label: "EPHEMERAL", Wipe: true},
				},
			}))
			await(t, ctx, events, func(e client.Event) bool {
				task, ok := e.Payload.(*machine.TaskEvent)

				return ok && task.GetTask() == "stopAllServices"
			})

			_, err := anybody(t, m).Disks(client.WithNode(ctx, m.Node))
			check(t, err)
		}
	})
	step("nobody can bootstrap them there", func(t *testing.T) {
		refused(t, anybody(t, first).Bootstrap(ctx, &machine.BootstrapRequest{}), codes.PermissionDenied)
	})
	step("they take their configurations", func(t *testing.T) {
		for _, m := range lab.Machines {
			request := &machine.ApplyConfigurationRequest{Data: []byte(m.Configuration), Mode: machine.ApplyConfigurationRequest_AUTO}
			reply, err := anybody(t, m).ApplyConfiguration(client.WithNode(ctx, m.Node), request)
			check(t, err)

			if mode := reply.Messages[0].Mode; mode != machine.ApplyConfigurationRequest_NO_REBOOT {
				t.Errorf("mode is %s", mode)
			}
		}
	})
	step("and no other one without a client certificate", func(t *testing.T) {
		request := &machine.ApplyConfigurationRequest{Data: []byte(first.Configuration)}
		_, err := anybody(t, first).ApplyConfiguration(ctx, request)
		refused(t, err, codes.Unavailable)
	})
	step("the cluster is bootstrapped, once", func(t *testing.T) {
		nodeCtx := client.WithNode(ctx, first.Node)
		check(t, admin(t, lab, first).Bootstrap(nodeCtx, &machine.BootstrapRequest{}))
		refused(t, admin(t, lab, first).Bootstrap(nodeCtx, &machine.BootstrapRequest{}), codes.AlreadyExists)
	})
	step("a control plane asks all nodes for their version and services", func(t *testing.T) {
		nodes := make([]string, 0, len(lab.Machines))
		for _, m := range lab.Machines {
			nodes = append(nodes, m.Node)
		}

		versions, err := admin(t, lab, first).Version(client.WithNodes(ctx, nodes...))
		check(t, err)

		for i, message := range versions.Messages {
			if message.Metadata.Hostname != nodes[i] || message.Version.Arch != "arm64" {
				t.Errorf("answer %d is %v", i, message)
			}
		}

		services, err := admin(t, lab, first).ServiceInfo(client.WithNode(ctx, first.Node), "etcd")
		check(t, err)

		if len(services) != 1 || services[0].Service.State != "Running" {
			t.Errorf("etcd is %v", services)
		}
	})
	step("whoever reboots a node hears when it is ready again", func(t *testing.T) {
		c := admin(t, lab, first)
		events := watched(t, client.WithNode(ctx, first.Node), c)
		check(t, c.Reboot(client.WithNode(ctx, first.Node)))
		await(t, ctx, events, func(e client.Event) bool {
			event, ok := e.Payload.(*machine.MachineStatusEvent)

			return ok && event.GetStage() == machine.MachineStatusEvent_RUNNING && event.GetStatus().GetReady()
		})
	})
	step("its kubeconfig lists the nodes", func(t *testing.T) {
		raw, err := admin(t, lab, first).Kubeconfig(client.WithNode(ctx, first.Node))
		check(t, err)

		got := nodeNames(t, ctx, raw, lab.Kubernetes)

		for _, m := range lab.Machines {
			if !slices.Contains(got, m.Name) {
				t.Errorf("%s is not among the nodes %q", m.Name, got)
			}
		}
	})
}

// A client that says nothing of itself and takes any certificate: what a machine in maintenance mode is met with.
func anybody(t *testing.T, m Machine) *client.Client {
	return connected(t, client.WithTLSConfig(&tls.Config{InsecureSkipVerify: true}), client.WithEndpoints(m.Endpoint))
}

// The client of the lab's talosconfig.
func admin(t *testing.T, lab Lab, m Machine) *client.Client {
	pair := &cryptox509.PEMEncodedCertificateAndKey{Crt: decoded(t, lab.Cert), Key: decoded(t, lab.Key)}
	config := clientconfig.NewConfig("lab", nil, decoded(t, lab.CA), pair)

	return connected(t, client.WithConfig(config), client.WithEndpoints(m.Endpoint))
}

func connected(t *testing.T, options ...client.OptionFunc) *client.Client {
	t.Helper()

	c, err := client.New(context.Background(), options...)
	check(t, err)
	t.Cleanup(func() { c.Close() })

	return c
}

func watched(t *testing.T, ctx context.Context, c *client.Client) <-chan client.EventResult {
	t.Helper()

	events := make(chan client.EventResult, 16)
	check(t, c.EventsWatchV2(ctx, events))

	return events
}

func await(t *testing.T, ctx context.Context, events <-chan client.EventResult, is func(client.Event) bool) {
	t.Helper()

	for {
		select {
		case result := <-events:
			if is(result.Event) {
				return
			}

			check(t, result.Error)
		case <-ctx.Done():
			t.Fatal("the event did not come")
		}
	}
}

type kubeconfig struct {
	Clusters []struct {
		Cluster struct {
			CA string `yaml:"certificate-authority-data"`
		} `yaml:"cluster"`
	} `yaml:"clusters"`
	Users []struct {
		User struct {
			Cert string `yaml:"client-certificate-data"`
			Key  string `yaml:"client-key-data"`
		} `yaml:"user"`
	} `yaml:"users"`
}

// The names of the cluster's nodes, asked for over HTTPS with the certificates of a kubeconfig.
func nodeNames(t *testing.T, ctx context.Context, raw []byte, address string) []string {
	t.Helper()

	var config kubeconfig
	check(t, yaml.Unmarshal(raw, &config))

	user := config.Users[0].User
	pair, err := tls.X509KeyPair(decoded(t, user.Cert), decoded(t, user.Key))
	check(t, err)

	authorities := x509.NewCertPool()
	authorities.AppendCertsFromPEM(decoded(t, config.Clusters[0].Cluster.CA))

	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: authorities, Certificates: []tls.Certificate{pair}}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+address+"/api/v1/nodes", nil)
	check(t, err)

	response, err := transport.RoundTrip(request)
	check(t, err)

	defer response.Body.Close()

	body, err := io.ReadAll(response.Body)
	check(t, err)

	var list struct {
		Items []struct {
			Metadata struct {
				Name string `json:"name"`
			} `json:"metadata"`
		} `json:"items"`
	}
	check(t, json.Unmarshal(body, &list))

	names := make([]string, 0, len(list.Items))
	for _, item := range list.Items {
		names = append(names, item.Metadata.Name)
	}

	return names
}

func decoded(t *testing.T, text string) []byte {
	t.Helper()

	bytes, err := base64.StdEncoding.DecodeString(text)
	check(t, err)

	return bytes
}

func check(t *testing.T, err error) {
	t.Helper()

	if err != nil {
		t.Fatal(err)
	}
}

func refused(t *testing.T, err error, code codes.Code) {
	t.Helper()

	if got := status.Code(err); got != code {
		t.Fatalf("got %v, wanted %v", err, code)
	}
}
