#!/usr/bin/env node
import { join } from "node:path";
import { launch } from "./launch.js";

await launch(join(import.meta.dirname, "../run-cdktf.ts"));
