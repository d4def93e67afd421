import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { hostname, uptime } from 'node:os';

/** Which process, on which start of which machine. */
export interface ProcessIdentity {
  readonly host: string;
  /** Changes with every start of the machine. */
  readonly boot_id: string;
  readonly pid: number;
  /** When the process started, where the system tells (Linux: clock ticks since boot): pids are used again. */
  readonly process_start: string | null;
}

/** This process. */
export function ownProcess(): ProcessIdentity {
  const [start = null] = processStat(process.pid, [startField]);
  return { host: hostname(), boot_id: bootId(), pid: process.pid, process_start: start };
}

/**
 * True when the process certainly runs no more: it ran on this machine, and the machine was started again since,
 * or its pid is free or has gone to another. False when it runs, and when nothing can be told.
 */
export function isGone(other: ProcessIdentity, own: ProcessIdentity = ownProcess()): boolean {
  if (other.host !== own.host) return false;
  if (other.boot_id !== own.boot_id) return true;
  if (!pidExists(other.pid)) return true;
  const [state, start = null] = processStat(other.pid, [stateField, startField]);
  if (state === 'Z' || state === 'X') return true; // it has ended, and its parent has not asked how
  return other.process_start !== null && start !== null && start !== other.process_start;
}

function pidExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists and belongs to someone else
    return !(typeof error === 'object' && error !== null && 'code' in error && error.code === 'ESRCH');
  }
}

// proc(5), counted from the third field: the second may hold spaces and brackets
const stateField = 0;
const startField = 19;

/** Fields of /proc/<pid>/stat; none where the system has no such file. */
function processStat(pid: number, fields: readonly number[]): (string | undefined)[] {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
    const values = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields.map((field) => values[field]);
  } catch {
    return [];
  }
}

let knownBootId: string | undefined;

function bootId(): string {
  knownBootId ??= readBootId();
  return knownBootId;
}

function readBootId(): string {
  try {
    if (process.platform === 'linux') return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    if (process.platform === 'darwin') {
      return execFileSync('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'latin1' }).trim();
    }
  } catch {
    // no such file or program: the time of the start must do
  }
  return `started-${String(Math.round((Date.now() / 1000 - uptime()) / 60))}`; // minutes since 1970
}
