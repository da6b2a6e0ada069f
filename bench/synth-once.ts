/** Runs the app as `cdktf` would and prints its peak memory in kilobytes. */
await import("../main.ts");
if (process.exitCode) process.exit();
console.log(process.resourceUsage().maxRSS);
