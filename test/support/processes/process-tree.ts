import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** What /proc says of a process and those it started. Whoever has gone meanwhile is left out. */
interface Seen {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** Of itself and of its children that have ended. */
  readonly cpuSeconds: number;
}

const TICKS_PER_SECOND = 100;

/** The children of a process, alive and dead but not yet waited for. */
export function childrenOf(pid: number): number[] {
  return everyone().filter(({ parent }) => parent === pid).map((child) => child.pid);
}

/** The processes of a process group, alive and dead but not yet waited for. */
export function groupOf(leader: number): number[] {
  return everyone().filter(({ group }) => group === leader).map(({ pid }) => pid);
}

/** CPU seconds so far of a process and of all it ever started. */
export function cpuSecondsOf(pid: number): number {
  return sum(treeOf(pid).map(({ cpuSeconds }) => cpuSeconds));
}

/** Anonymous memory at the moment of a process and of all below it, in bytes. */
export function anonBytesOf(pid: number): number {
  return sum(treeOf(pid).map((seen) => Number(/^RssAnon:\s+(\d+) kB/m.exec(read(`/proc/${seen.pid}/status`))?.[1] ?? 0) * 1024));
}

/** Empty for one that is dead. */
export function argumentsOf(pid: number): string[] {
  return read(`/proc/${pid}/cmdline`).split("\0").slice(0, -1);
}

export function parentOf(pid: number): number {
  return look(pid)?.parent ?? 0;
}

/** Which of these processes holds the client's end of a TCP connection on 127.0.0.1. */
export function ownerOf(clientPort: number, serverPort: number, among: readonly number[]): number | undefined {
  const hex = (port: number): string => `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const line = read("/proc/net/tcp").split("\n").find((text) => text.includes(` ${hex(clientPort)} ${hex(serverPort)} `));
  const inode = line?.trim().split(/\s+/)[9];
  return inode === undefined ? undefined : among.find((pid) => openFiles(pid).includes(`socket:[${inode}]`));
}

function treeOf(pid: number): Seen[] {
  const all = everyone();
  const found = all.filter((seen) => seen.pid === pid);
  for (const seen of found) found.push(...all.filter(({ parent }) => parent === seen.pid));
  return found;
}

function everyone(): Seen[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map((name) => look(Number(name))).filter((seen) => seen !== null);
}

function look(pid: number): Seen | null {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === "") return null;
  // The second field is the name in brackets, which may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { pid, parent: Number(fields[1]), group: Number(fields[2]), cpuSeconds: sum(fields.slice(11, 15).map(Number)) / TICKS_PER_SECOND };
}

function openFiles(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((name) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${name}`);
      } catch {
        return "";
      }
    });
  } catch {
    return [];
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
