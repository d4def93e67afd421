// Preloaded into a measured process (`--import`): writes what it used to the named file when it ends.
import { readFileSync, writeFileSync } from 'node:fs';

const file = process.env['BENCH_REPORT_FILE'];

/** Peak resident memory. The kernel's own number where there is one: what getrusage says is inherited from the parent. */
function peakBytes(): number {
  try {
    const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (kibibytes !== undefined) return Number(kibibytes) * 1024;
  } catch {
    // No /proc here.
  }
  return process.resourceUsage().maxRSS * 1024;
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

if (file !== undefined) {
  process.on('exit', () => {
    writeFileSync(file, `${peakBytes()} ${cpuSeconds()}`);
  });
}
