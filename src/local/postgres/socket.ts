import { chmod, link, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { makeFolder } from "../make-folder.ts";
import { type PostgresIdentity, giveTo } from "./identity.ts";

/** Only a part of the socket's name: no port is opened. */
export const SOCKET_PORT = 5432;

/** sockaddr_un holds 108 bytes, one of them the closing zero. */
const LONGEST_PATH = 107;

/** Folders for short-lived files, in order of preference. */
type Temporary = readonly (string | undefined)[];

/**
 * The folder of the server's socket. It is closed to other users, so that they cannot connect. It is beside the data, or, if
 * that path is too long for a socket, in a temporary folder whose path is noted beside the data.
 */
export async function socketFolder(identity: PostgresIdentity, temporary: Temporary): Promise<string> {
  const beside = path.join(identity.folder, "socket");
  if (Buffer.byteLength(path.join(beside, `.s.PGSQL.${SOCKET_PORT}`)) <= LONGEST_PATH) {
    await makeFolder(beside, 0o700);
    await chmod(beside, 0o700);
    await giveTo(identity, beside);
    return beside;
  }
  return (await rememberedFolder(identity)) ?? (await newFolder(identity, temporary));
}

/** A session's XDG_RUNTIME_DIR may not exist, for instance after su. */
async function shortFolder([first, ...others]: Temporary): Promise<string> {
  try {
    if (first !== undefined) return await mkdtemp(path.join(first, "sluice-"));
  } catch (error) {
    if (others.length === 0) throw error;
  }
  return await shortFolder(others);
}

async function newFolder(identity: PostgresIdentity, temporary: Temporary): Promise<string> {
  const short = await shortFolder(temporary);
  await giveTo(identity, short);
  const draft = `${note(identity.folder)}.${process.pid}`;
  await writeFile(draft, short);
  try {
    await link(draft, note(identity.folder));
    return short;
  } catch {
    // A second command was faster; its folder counts.
    await rm(short, { recursive: true });
    return await socketFolder(identity, temporary);
  } finally {
    await rm(draft);
  }
}

/** Call it after the server has stopped. */
export async function forgetSocketFolder(identity: PostgresIdentity): Promise<void> {
  const remembered = await rememberedFolder(identity);
  if (remembered === null) return;
  await rm(note(identity.folder), { force: true });
  await rm(remembered, { recursive: true, force: true });
}

/** The noted folder, unless it was deleted, or its path now belongs to another user; then the note is deleted. */
async function rememberedFolder(identity: PostgresIdentity): Promise<string | null> {
  const short = await readFile(note(identity.folder), "utf8").catch(() => null);
  if (short === null) return null;
  const [there, noted] = await Promise.all([stat(short).catch(() => null), stat(note(identity.folder)).catch(() => null)]);
  const owners = [noted?.uid, identity.owner];
  if (there?.isDirectory() && (there.mode & 0o077) === 0 && owners.includes(there.uid)) return short;
  await rm(note(identity.folder), { force: true });
  return null;
}

function note(folder: string): string {
  return path.join(folder, "socket-folder");
}
