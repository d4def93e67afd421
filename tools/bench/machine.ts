import { availableParallelism, cpus, totalmem, type } from 'node:os';

/** On what a measurement was made, for the reader of its numbers. */
export function describeMachine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const gigabytes = Math.round(totalmem() / 1e9);
  return `${model}, ${availableParallelism()} cores, ${gigabytes} GB memory, ${type()}, Node ${process.version}`;
}
