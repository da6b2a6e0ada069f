/** What users of proxmoxer call, over the whole API, in this order on one host; and what Proxmox VE 9 answers. */

export interface ProxmoxerCall {
  /** As PVE describes it: its answer has that shape. */
  readonly call: string;
  /** Python; `pve` is the API, `node` a host of it. A task is waited for. */
  readonly does: string;
  /** Matched by the answer; for a task by how it ends. */
  readonly answers: unknown;
}

const called = (call: string, does: string, answers: unknown): ProxmoxerCall => ({ call, does, answers });

const some = expect.any(Number);
const text = expect.any(String);
const has = (what: object): unknown => expect.objectContaining(what);
const withOne = (what: unknown): unknown => expect.arrayContaining([what]);

/** An error, as proxmoxer has it. */
const refused = (status: number, content: unknown): unknown => ({ status, content, errors: null });

const TEMPLATE = "debian-13-standard_13.1-2_amd64.tar.zst";

const NODE: readonly ProxmoxerCall[] = [
  called("GET version", "pve.version.get()", has({ release: "9.2", version: text, repoid: text })),
  called("GET nodes", "pve.nodes.get()", [has({ node: "pve", status: "online", maxcpu: 8 })]),
  called("GET nodes/{node}/status", "node.status.get()", has({ cpuinfo: has({ cpus: 8, sockets: 1 }), uptime: some })),
  called("GET nodes/{node}/version", "node.version.get()", has({ release: "9.2" })),
  called("GET nodes/{node}/time", "node.time.get()", { time: some, localtime: some, timezone: "Etc/UTC" }),
  called("PUT nodes/{node}/time", 'node.time.put(timezone="Europe/Berlin")', null),
  called("GET nodes/{node}/dns", "node.dns.get()", { dns1: "192.168.1.1" }),
  called("PUT nodes/{node}/dns", 'node.dns.put(search="lan", dns1="1.1.1.1")', null),
  called(
    "GET nodes/{node}/hosts",
    "node.hosts.get()",
    has({ data: expect.stringContaining("localhost"), digest: text }),
  ),
  called("GET nodes/{node}/config", "node.config.get()", has({ digest: text })),
  called("GET nodes/{node}/subscription", "node.subscription.get()", has({ status: "notfound" })),
  called("GET nodes/{node}/network", "node.network.get()", withOne(has({ iface: "vmbr0", type: "bridge" }))),
  called("GET nodes/{node}/services", "node.services.get()", withOne(has({ service: "pveproxy", state: "running" }))),
  called(
    "GET nodes/{node}/services/{service}/state",
    'node.services("pvedaemon").state.get()',
    has({ state: "running" }),
  ),
  called("POST nodes/{node}/services/{service}/restart", 'node.services("pvestatd").restart.post()', "OK"),
  called("GET nodes/{node}/syslog", "node.syslog.get(limit=5)", withOne(has({ n: 1, t: text }))),
  called("GET nodes/{node}/journal", "node.journal.get(lastentries=5)", withOne(text)),
  called("GET nodes/{node}/report", "node.report.get()", expect.stringContaining("general system info")),
  called("GET nodes/{node}/netstat", "node.netstat.get()", []),
  called("GET nodes/{node}/rrddata", 'node.rrddata.get(timeframe="hour")', withOne(has({ time: some, maxcpu: 8 }))),
  called("GET nodes/{node}/hardware/pci", "node.hardware.pci.get()", withOne(has({ id: "0000:00:02.0" }))),
  called("GET nodes/{node}/disks/list", "node.disks.list.get()", [has({ devpath: "/dev/nvme0n1", health: "PASSED" })]),
  called("GET nodes/{node}/disks/smart", 'node.disks.smart.get(disk="/dev/nvme0n1")', has({ health: "PASSED" })),
  called("GET nodes/{node}/disks/lvm", "node.disks.lvm.get()", has({ children: [has({ name: "pve" })] })),
  called("GET nodes/{node}/disks/lvmthin", "node.disks.lvmthin.get()", [has({ vg: "pve", lv: "data" })]),
  called("GET nodes/{node}/disks/zfs", "node.disks.zfs.get()", []),
  called("GET nodes/{node}/scan/lvm", "node.scan.lvm.get()", [{ vg: "pve" }]),
  called("GET nodes/{node}/apt/repositories", "node.apt.repositories.get()", has({ files: expect.any(Array) })),
  called("GET nodes/{node}/apt/update", "node.apt.update.get()", []),
  called("GET nodes/{node}/apt/versions", "node.apt.versions.get()", withOne(has({ Package: "proxmox-ve" }))),
  called("GET nodes/{node}/certificates/info", "node.certificates.info.get()", [has({ filename: "pve-ssl.pem" })]),
  called("GET nodes/{node}/capabilities/qemu/cpu", "node.capabilities.qemu.cpu.get()", withOne(has({ name: "host" }))),
  called(
    "GET nodes/{node}/capabilities/qemu/machines",
    "node.capabilities.qemu.machines.get()",
    withOne(has({ id: "pc-q35-10.1", type: "q35" })),
  ),
  called("GET nodes/{node}/ceph/status", "node.ceph.status.get()", refused(500, expect.stringContaining("ceph-mon"))),
  called("GET nodes/{node}/aplinfo", "node.aplinfo.get()", withOne(has({ template: TEMPLATE }))),
];

const STORAGE: readonly ProxmoxerCall[] = [
  called("GET storage", "pve.storage.get()", withOne(has({ storage: "local-lvm", type: "lvmthin" }))),
  called("PUT storage/{storage}", 'pve.storage("local").put(content="backup,import,iso,vztmpl")', has({ type: "dir" })),
  called("POST storage", 'pve.storage.post(storage="more", type="dir", path="/mnt/more")', has({ storage: "more" })),
  called("DELETE storage/{storage}", 'pve.storage("more").delete()', null),
  called("GET nodes/{node}/storage", "node.storage.get()", withOne(has({ storage: "local", active: 1, total: some }))),
  called("GET nodes/{node}/storage/{storage}/status", 'node.storage("local").status.get()', has({ avail: some })),
  called(
    "GET nodes/{node}/storage/{storage}/rrddata",
    'node.storage("local").rrddata.get(timeframe="day")',
    withOne(has({ total: some })),
  ),
  called("POST nodes/{node}/aplinfo", `node.aplinfo.post(storage="local", template="${TEMPLATE}")`, "OK"),
  called(
    "POST nodes/{node}/storage/{storage}/upload",
    'node.storage("local").upload.post(content="iso", filename=image)',
    "OK",
  ),
  called("GET nodes/{node}/storage/{storage}/content", 'node.storage("local").content.get(content="iso")', [
    has({ volid: "local:iso/disc.iso", content: "iso", format: "iso", size: some, ctime: some }),
  ]),
  called(
    "DELETE nodes/{node}/storage/{storage}/content/{volume}",
    'node.storage("local").content("iso/disc.iso").delete()',
    "OK",
  ),
];

const MACHINE: readonly ProxmoxerCall[] = [
  called("GET cluster/nextid", "pve.cluster.nextid.get()", "100"),
  called(
    "POST nodes/{node}/qemu",
    'node.qemu.post(vmid=100, name="web", memory=1024, cores=2, agent=1, scsihw="virtio-scsi-pci", scsi0="local-lvm:8", ide2="local-lvm:cloudinit", net0="virtio,bridge=vmbr0", ciuser="admin", ipconfig0="ip=dhcp")',
    "OK",
  ),
  called("GET nodes/{node}/qemu", "node.qemu.get()", [has({ vmid: 100, name: "web", status: "stopped" })]),
  called("GET nodes/{node}/qemu/{vmid}/config", "node.qemu(100).config.get()", has({ cores: 2, memory: "1024" })),
  called("PUT nodes/{node}/qemu/{vmid}/config", 'node.qemu(100).config.put(tags="b;a", description="mine")', null),
  called(
    "GET nodes/{node}/qemu/{vmid}/pending",
    "node.qemu(100).pending.get()",
    withOne({ key: "tags", value: "a;b" }),
  ),
  called(
    "GET nodes/{node}/qemu/{vmid}/cloudinit/dump",
    'node.qemu(100).cloudinit.dump.get(type="user")',
    expect.stringMatching(/^#cloud-config\nhostname: web\n[^]*user: admin\n/),
  ),
  called("PUT nodes/{node}/qemu/{vmid}/resize", 'node.qemu(100).resize.put(disk="scsi0", size="+2G")', "OK"),
  called("POST nodes/{node}/qemu/{vmid}/status/start", "node.qemu(100).status.start.post()", "OK"),
  called(
    "GET nodes/{node}/qemu/{vmid}/status/current",
    "node.qemu(100).status.current.get()",
    has({ status: "running", qmpstatus: "running", cpus: 2, maxmem: 1024 ** 3 }),
  ),
  called(
    "GET nodes/{node}/qemu/{vmid}/rrddata",
    'node.qemu(100).rrddata.get(timeframe="hour")',
    withOne(has({ maxcpu: 2 })),
  ),
  called(
    "GET nodes/{node}/qemu/{vmid}/agent/network-get-interfaces",
    'node.qemu(100).agent("network-get-interfaces").get()',
    refused(500, "QEMU guest agent is not running"),
  ),
  called(
    "POST nodes/{node}/qemu/{vmid}/agent/exec",
    'node.qemu(100).agent.exec.post(command=["id"])',
    refused(500, text),
  ),
  called(
    "POST nodes/{node}/qemu/{vmid}/monitor",
    'node.qemu(100).monitor.post(command="info status")',
    "VM status: running\n",
  ),
  called("POST nodes/{node}/qemu/{vmid}/vncproxy", "node.qemu(100).vncproxy.post(websocket=1)", has({ ticket: text })),
  called("POST nodes/{node}/qemu/{vmid}/snapshot", 'node.qemu(100).snapshot.post(snapname="first")', "OK"),
  called("GET nodes/{node}/qemu/{vmid}/snapshot", "node.qemu(100).snapshot.get()", withOne(has({ name: "first" }))),
  called(
    "POST nodes/{node}/qemu/{vmid}/snapshot/{snapname}/rollback",
    'node.qemu(100).snapshot("first").rollback.post()',
    "OK",
  ),
  called("DELETE nodes/{node}/qemu/{vmid}/snapshot/{snapname}", 'node.qemu(100).snapshot("first").delete()', "OK"),
  called("POST nodes/{node}/qemu/{vmid}/clone", 'node.qemu(100).clone.post(newid=101, name="copy", full=1)', "OK"),
  called("POST nodes/{node}/qemu/{vmid}/template", "node.qemu(101).template.post()", "OK"),
  called(
    "POST nodes/{node}/vzdump",
    'node.vzdump.post(vmid=100, storage="local", mode="snapshot", compress="zstd")',
    "OK",
  ),
  called(
    "GET nodes/{node}/storage/{storage}/content",
    'node.storage("local").content.get(content="backup", vmid=100)',
    [has({ volid: expect.stringMatching(/^local:backup\/vzdump-qemu-100-.*\.vma\.zst$/), subtype: "qemu" })],
  ),
  called("GET nodes/{node}/storage/{storage}/prunebackups", 'node.storage("local").prunebackups.get()', [
    has({ mark: "keep" }),
  ]),
  called(
    "GET nodes/{node}/qemu/{vmid}/migrate",
    "node.qemu(100).migrate.get()",
    has({ local_disks: expect.any(Array) }),
  ),
  called("GET nodes/{node}/qemu/{vmid}/firewall/options", "node.qemu(100).firewall.options.get()", has({})),
  called("DELETE nodes/{node}/qemu/{vmid}", "node.qemu(101).delete()", "OK"),
  called(
    "GET nodes/{node}/qemu/{vmid}/config",
    "node.qemu(555).config.get()",
    refused(500, expect.stringContaining("does not exist")),
  ),
];

const CONTAINER: readonly ProxmoxerCall[] = [
  called(
    "POST nodes/{node}/lxc",
    `node.lxc.post(vmid=200, hostname="box", ostemplate="local:vztmpl/${TEMPLATE}", rootfs="local-lvm:4", net0="name=eth0,bridge=vmbr0,ip=dhcp", password="secret", unprivileged=1)`,
    "OK",
  ),
  called("GET nodes/{node}/lxc", "node.lxc.get()", [has({ vmid: 200, name: "box", status: "stopped" })]),
  called(
    "GET nodes/{node}/lxc/{vmid}/config",
    "node.lxc(200).config.get()",
    has({ ostype: "debian", unprivileged: 1 }),
  ),
  called("PUT nodes/{node}/lxc/{vmid}/config", "node.lxc(200).config.put(memory=1024, cores=1)", null),
  called("POST nodes/{node}/lxc/{vmid}/status/start", "node.lxc(200).status.start.post()", "OK"),
  called(
    "GET nodes/{node}/lxc/{vmid}/status/current",
    "node.lxc(200).status.current.get()",
    has({ status: "running" }),
  ),
  called("GET nodes/{node}/lxc/{vmid}/interfaces", "node.lxc(200).interfaces.get()", withOne(has({ name: "eth0" }))),
  called("POST nodes/{node}/lxc/{vmid}/snapshot", 'node.lxc(200).snapshot.post(snapname="first")', "OK"),
  called("POST nodes/{node}/lxc/{vmid}/status/shutdown", "node.lxc(200).status.shutdown.post()", "OK"),
  called("POST nodes/{node}/lxc/{vmid}/clone", 'node.lxc(200).clone.post(newid=201, hostname="two")', "OK"),
  called("DELETE nodes/{node}/lxc/{vmid}", "node.lxc(201).delete()", "OK"),
];

const ACCESS: readonly ProxmoxerCall[] = [
  called("GET access/domains", "pve.access.domains.get()", withOne(has({ realm: "pam" }))),
  called("POST access/groups", 'pve.access.groups.post(groupid="ops")', null),
  called("POST access/users", 'pve.access.users.post(userid="ann@pve", groups="ops", password="secret12")', null),
  called("GET access/users", "pve.access.users.get(full=1)", withOne(has({ userid: "ann@pve", enable: 1 }))),
  called("POST access/roles", 'pve.access.roles.post(roleid="Look", privs="VM.Audit")', null),
  called("GET access/roles", "pve.access.roles.get()", withOne(has({ roleid: "Administrator", special: 1 }))),
  called("PUT access/acl", 'pve.access.acl.put(path="/vms", roles="Look", groups="ops")', null),
  called("GET access/acl", "pve.access.acl.get()", withOne(has({ path: "/vms", ugid: "ops", roleid: "Look" }))),
  called(
    "POST access/users/{userid}/token/{tokenid}",
    'pve.access.users("ann@pve").token("ci").post()',
    has({ "full-tokenid": "ann@pve!ci", value: text }),
  ),
  called("GET access/permissions", 'pve.access.permissions.get(userid="ann@pve")', has({ "/vms": { "VM.Audit": 1 } })),
  called("GET access/tfa", "pve.access.tfa.get()", []),
  called("POST pools", 'pve.pools.post(poolid="web", comment="of mine")', null),
  called("PUT pools/{poolid}", 'pve.pools("web").put(vms=100)', null),
  called("GET pools/{poolid}", 'pve.pools("web").get()', has({ members: [has({ id: "qemu/100" })] })),
];

const CLUSTER: readonly ProxmoxerCall[] = [
  called("GET cluster/status", "pve.cluster.status.get()", [has({ type: "node", name: "pve", local: 1 })]),
  called("GET cluster/resources", 'pve.cluster.resources.get(type="vm")', withOne(has({ id: "lxc/200", type: "lxc" }))),
  called("GET cluster/tasks", "pve.cluster.tasks.get()", withOne(has({ type: "qmcreate", status: "OK" }))),
  called("GET nodes/{node}/tasks", "node.tasks.get(vmid=100)", withOne(has({ type: "qmstart" }))),
  called("GET nodes/{node}/tasks/{upid}/log", "node.tasks(last).log.get()", withOne(has({ n: 1 }))),
  called("GET cluster/options", "pve.cluster.options.get()", has({ mac_prefix: text })),
  called("PUT cluster/options", 'pve.cluster.options.put(keyboard="de")', null),
  called("GET cluster/log", "pve.cluster.log.get()", []),
  called("POST cluster/ha/resources", 'pve.cluster.ha.resources.post(sid="vm:100", state="started")', null),
  called("GET cluster/ha/status/current", "pve.cluster.ha.status.current.get()", withOne(has({ sid: "vm:100" }))),
  called(
    "GET cluster/ha/status/manager_status",
    "pve.cluster.ha.status.manager_status.get()",
    has({ quorum: has({ quorate: 1 }) }),
  ),
  called(
    "POST cluster/backup",
    'pve.cluster.backup.post(id="nightly", schedule="02:00", vmid="100", storage="local", mode="snapshot")',
    null,
  ),
  called("GET cluster/backup", "pve.cluster.backup.get()", [has({ id: "nightly", schedule: "02:00", enabled: 1 })]),
  called("GET cluster/backup-info/not-backed-up", 'pve.cluster("backup-info")("not-backed-up").get()', [
    has({ vmid: 200 }),
  ]),
  called("GET cluster/replication", "pve.cluster.replication.get()", []),
  called("GET cluster/firewall/options", "pve.cluster.firewall.options.get()", has({})),
  called(
    "POST cluster/firewall/rules",
    'pve.cluster.firewall.rules.post(type="in", action="ACCEPT", macro="SSH", enable=1)',
    null,
  ),
  called("GET cluster/firewall/rules", "pve.cluster.firewall.rules.get()", [has({ macro: "SSH", pos: 0 })]),
  called("GET cluster/firewall/macros", "pve.cluster.firewall.macros.get()", withOne(has({ macro: "HTTPS" }))),
  called("POST cluster/sdn/zones", 'pve.cluster.sdn.zones.post(type="simple", zone="lab")', null),
  called("POST cluster/sdn/vnets", 'pve.cluster.sdn.vnets.post(vnet="guests", zone="lab")', null),
  called("PUT cluster/sdn", "pve.cluster.sdn.put()", "OK"),
  called("GET cluster/sdn/vnets", "pve.cluster.sdn.vnets.get()", [has({ vnet: "guests", zone: "lab" })]),
  called("GET cluster/metrics/server", "pve.cluster.metrics.server.get()", []),
  called("POST cluster/mapping/dir", 'pve.cluster.mapping.dir.post(id="share", map=["node=pve,path=/srv"])', null),
  called("GET cluster/mapping/dir", "pve.cluster.mapping.dir.get()", [has({ id: "share" })]),
  called("GET cluster/acme/plugins", "pve.cluster.acme.plugins.get()", [has({ plugin: "standalone" })]),
  called("GET cluster/notifications/targets", "pve.cluster.notifications.targets.get()", [
    has({ name: "mail-to-root" }),
  ]),
  called("POST nodes/{node}/stopall", "node.stopall.post()", "OK"),
];

/** All of them. */
export const CALLS: readonly ProxmoxerCall[] = [...NODE, ...STORAGE, ...MACHINE, ...CONTAINER, ...ACCESS, ...CLUSTER];
