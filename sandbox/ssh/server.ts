/** A machine's sshd: root by key, on hosts at home by password too; connections to what runs on the hosts and in their networks, and a few commands. */
import type { Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import ssh2, {
  type AuthContext,
  type Connection,
  type ParsedKey,
  type ServerChannel,
  type SFTPWrapper,
  type TcpipRequestInfo,
} from "ssh2";
import { verify } from "unixcrypt";
import type { Call, Fault } from "../faults/calls.ts";
import type { World } from "../world/world.ts";
import { adminReaches } from "../reach/index.ts";
import { pveOn, ROOT } from "../proxmox/model/context.ts";
import { proxmoxOf } from "../proxmox/model/hosts.ts";
import { type Outcome, readsInput, runCommand, runOnHost } from "../shell/commands.ts";
import { type SshHost, sshHostAt } from "../shell/hosts.ts";
import { serveSftp } from "./sftp.ts";
import { socketPair } from "./socket-pair.ts";

/** What listens at a target for a connection from a host; null where nothing does. */
export type Listening = (
  world: World,
  from: SshHost,
  target: { readonly address: string; readonly port: number },
) => ((socket: Socket) => void) | null;

/** How Debian 13's sshd calls itself. */
const IDENT = "OpenSSH_10.0p2 Debian-7";

/**
 * What a connection to port 22 of an address meets.
 *
 * @param address private or public
 * @param listening says what tunnels through the host may lead to
 * @returns null where no instance runs, or firewalls let nobody in from where the admin is; the connection is to be refused
 */
export function sshEndpoint(world: World, address: string, listening: Listening): ((socket: Socket) => void) | null {
  return adminReaches(world, address) ? sshd(world, address, listening) : null;
}

/** The same for who has come past the firewalls already, such as through a tunnel. */
export function sshd(world: World, address: string, listening: Listening): ((socket: Socket) => void) | null {
  const host = sshHostAt(world, address);
  if (!host) return null;
  return (socket) => {
    const server = new ssh2.Server({ hostKeys: [host.hostKey], ident: IDENT }, (connection) =>
      serve({ world, host, listening, socket, connection }),
    );
    server.injectSocket(socket);
  };
}

interface Session {
  readonly world: World;
  readonly host: SshHost;
  readonly listening: Listening;
  readonly socket: Socket;
  readonly connection: Connection;
}

function serve(session: Session): void {
  const { connection, host, socket } = session;
  const keys = host.authorizedKeys.flatMap((line) => readKey(line) ?? []);
  // A client that goes away in the middle, or speaks another protocol.
  connection.on("error", () => socket.destroy());
  connection.on("authentication", (context) => void authenticate(session, keys, context));
  connection.on("session", (accept) => {
    accept()
      .on("exec", (take, reject, { command }) => void execute(session, take, reject, command))
      .on("sftp", (take, reject) => void openSftp(session, take, reject));
  });
  connection.on("tcpip", (accept, reject, info) => void forward(session, accept, reject, info));
}

function readKey(line: string): ParsedKey | null {
  const parsed = ssh2.utils.parseKey(line);
  return parsed instanceof Error ? null : parsed;
}

async function authenticate(session: Session, keys: readonly ParsedKey[], context: AuthContext): Promise<void> {
  const { rootPasswordHash } = session.host;
  const refuse = (): void => context.reject(rootPasswordHash === undefined ? ["publickey"] : ["publickey", "password"]);
  const letIn = () =>
    announced(session, { interface: "ssh", method: "login", target: session.host.displayName }, refuse, () =>
      context.accept(),
    );
  if (context.method === "password" && context.username === "root" && rootPasswordHash !== undefined) {
    if (verify(context.password, rootPasswordHash)) await letIn();
    else refuse();
    return;
  }
  if (context.method !== "publickey" || context.username !== "root") {
    refuse();
    return;
  }
  const { algo, data } = context.key;
  const key = keys.find((known) => known.type === algo && known.getPublicSSH().equals(data));
  if (key === undefined) refuse();
  // It only asks whether the key would do.
  else if (context.signature === undefined || context.blob === undefined) context.accept();
  else if (key.verify(context.blob, context.signature, context.hashAlgo) !== true) refuse();
  else await letIn();
}

async function forward(
  session: Session,
  accept: () => ServerChannel,
  reject: () => void,
  { destIP: address, destPort: port }: TcpipRequestInfo,
): Promise<void> {
  const call: Call = { interface: "ssh", method: "direct-tcpip", target: `${address}:${port}` };
  const handler = session.listening(session.world, session.host, { address, port });
  await announced(session, call, reject, () => {
    if (handler) void join(accept(), handler);
    else reject();
    return handler ? "open" : "refused";
  });
}

/** Runs a command line, if it is one that the sandbox's machines know. Terminals there are none. */
async function execute(
  session: Session,
  accept: () => ServerChannel,
  reject: () => void,
  command: string,
): Promise<void> {
  const { host } = session;
  const call: Call = {
    interface: "ssh",
    method: "exec",
    target: `${host.displayName}: ${command.split(" ")[0] ?? ""}`,
  };
  if (readsInput(command)) {
    const channel = accept();
    const input = await buffer(channel);
    await announced(
      session,
      call,
      () => channel.end(),
      () => ended(channel, runOn(session, command, input)),
    );
    return;
  }
  await announced(session, call, reject, () => ended(accept(), runOn(session, command, Buffer.alloc(0))));
}

function runOn({ world, host }: Session, command: string, input: Buffer): Outcome {
  const { instanceId } = host;
  const instance = world.state.oci.instances.find(({ id }) => id === instanceId);
  if (instance) return runCommand(world, instance, command, input);
  const own = proxmoxOf(world).hosts[instanceId];
  return own ? runOnHost(pveOn(world, own, ROOT), command, input) : { code: 1, text: "" };
}

function ended(channel: ServerChannel, { code, text }: Outcome): string {
  channel.write(text);
  channel.exit(code);
  channel.end();
  return `exit ${code}`;
}

/** Files of Proxmox VE's storages; a machine without it has none to show. */
async function openSftp(session: Session, accept: () => SFTPWrapper, reject: () => void): Promise<void> {
  const { world, host } = session;
  const call: Call = { interface: "ssh", method: "sftp", target: host.displayName };
  await announced(session, call, reject, () => {
    const there = proxmoxOf(world).hosts[host.instanceId];
    if (there) serveSftp(pveOn(world, there, ROOT), accept());
    else reject();
    return there ? "open" : "refused";
  });
}

/** Tells of something that is about to be done, and does it unless it is to fail. */
async function announced(
  { world, socket }: Session,
  call: Call,
  refuse: () => void,
  act: () => string | void,
): Promise<void> {
  const fault: Fault | null = world.calls.begin(call);
  if (fault?.kind === "slow") await sleep(fault.ms);
  if (fault === null || fault.kind === "slow" || fault.kind === "lost") {
    const answer = act() ?? "accepted";
    if (fault?.kind === "lost") socket.resetAndDestroy();
    world.calls.end(call, fault?.kind === "lost" ? "lost" : answer);
    return;
  }
  if (fault.kind === "reset") socket.resetAndDestroy();
  if (fault.kind === "status") refuse();
  world.calls.end(call, fault.kind === "status" ? "refused" : fault.kind);
}

/** Joins a channel to what listens at its target. */
async function join(channel: ServerChannel, handler: (socket: Socket) => void): Promise<void> {
  channel.on("error", () => channel.destroy());
  const { near, far } = await socketPair();
  handler(far);
  const end = (): void => {
    near.destroy();
    channel.destroy();
  };
  near.on("error", end).once("close", end);
  channel.once("close", end);
  near.pipe(channel).pipe(near);
}
