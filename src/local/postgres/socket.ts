import { chmod, link, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { type PostgresIdentity, giveTo } from "./identity.ts";

/** It is only a part of the socket's name: no port is opened. */
export const SOCKET_PORT = 5432;

/** sockaddr_un holds 108 bytes, one of them the closing zero. */
const LONGEST_PATH = 107;

/** Folders for short-lived files, the best first. */
type Temporary = readonly (string | undefined)[];

/**
 * The folder of the server's socket, closed to everyone else: who may enter it is who may connect.
 * It lies beside the data, or, where that path is too long for a socket, in a short temporary folder that the data remembers.
 */
export async function socketFolder(identity: PostgresIdentity, temporary: Temporary): Promise<string> {
  const beside = path.join(identity.folder, "socket");
  if (Buffer.byteLength(path.join(beside, `.s.PGSQL.${SOCKET_PORT}`)) <= LONGEST_PATH) {
    await mkdir(beside, { recursive: true, mode: 0o700 });
    await chmod(beside, 0o700);
    await giveTo(identity, beside);
    return beside;
  }
  return (await rememberedFolder(identity)) ?? (await newFolder(identity, temporary));
}

/** A session may name a folder for its sockets that is not there, for instance after su. */
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
    // A second command was faster, and its folder is the one that counts.
    await rm(short, { recursive: true });
    return await socketFolder(identity, temporary);
  } finally {
    await rm(draft);
  }
}

/** After the server has gone. */
export async function forgetSocketFolder(identity: PostgresIdentity): Promise<void> {
  const remembered = await rememberedFolder(identity);
  if (remembered === null) return;
  await rm(note(identity.folder), { force: true });
  await rm(remembered, { recursive: true, force: true });
}

/** A temporary folder can be swept away, and its name taken by somebody else: then it is forgotten. */
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
