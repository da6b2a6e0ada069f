/** One daemon a LAB_HOME: a lock that the kernel lets go of when its holder dies, however it dies. */
import { DatabaseSync } from "node:sqlite";

/** Kept for the life of the process: a collected database would be closed and the lock gone. */
let held: DatabaseSync | null = null;

/** Takes the lock; false when another process has it. Node offers file locks only through SQLite. */
export function takeLock(file: string): boolean {
  const database = new DatabaseSync(file);
  try {
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch {
    database.close();
    return false;
  }
  held = database;
  return held.isOpen;
}
