// Preloaded into a measured process (`--import`): writes its peak resident memory in bytes to the named file when it
// ends. The kernel's own number where there is one: what getrusage says is inherited from the parent.
import { readFileSync, writeFileSync } from 'node:fs';

const file = process.env['BENCH_PEAK_FILE'];

function peakBytes(): number {
  try {
    const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (kibibytes !== undefined) return Number(kibibytes) * 1024;
  } catch {
    // No /proc here.
  }
  return process.resourceUsage().maxRSS * 1024;
}

if (file !== undefined) process.on('exit', () => writeFileSync(file, String(peakBytes())));
