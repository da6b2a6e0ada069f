/** A program that writes down how it was started, and does as `ssh -W` does. */
export const SSH = `#!${process.execPath}
require("node:fs").writeFileSync(__filename + ".log", process.argv.slice(2).join(" "));
const [host, port] = process.argv[process.argv.indexOf("-W") + 1].split(":");
const socket = require("node:net").connect(Number(port), host);
process.stdin.pipe(socket).pipe(process.stdout);
`;
