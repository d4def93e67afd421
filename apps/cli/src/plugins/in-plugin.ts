/** The plugins whose code was started and has not come back, each as often as it was. */
const underWay: string[] = [];
let own: PropertyDescriptor | undefined;

/** Gives stdout back for good, and says whose code was running: what ends the process is most likely theirs. */
export function abandonPlugins(): readonly string[] {
  const plugins = [...new Set(underWay)].sort();
  if (plugins.length > 0) giveStdoutBack();
  return plugins;
}

/**
 * Runs code of a plugin. What plugins print meanwhile goes to stderr: stdout is for the command's result, and `--json`
 * promises exactly one document there.
 */
export async function inPlugin<Result>(plugin: string, work: () => Promise<Result>): Promise<Result> {
  if (underWay.length === 0) divertStdout();
  underWay.push(plugin);
  try {
    return await work();
  } finally {
    underWay.splice(underWay.indexOf(plugin), 1);
    if (underWay.length === 0) giveStdoutBack();
  }
}

function divertStdout(): void {
  own = Object.getOwnPropertyDescriptor(process.stdout, 'write');
  Object.defineProperty(process.stdout, 'write', {
    value: process.stderr.write.bind(process.stderr),
    configurable: true,
    writable: true,
  });
}

function giveStdoutBack(): void {
  if (own === undefined) Reflect.deleteProperty(process.stdout, 'write');
  else Object.defineProperty(process.stdout, 'write', own);
}
