/** The sandbox's hosts as SSH sees them. */
export { listenSsh, type SshPort } from "./listen.ts";
export { type Listening, sshd, sshEndpoint } from "./server.ts";
