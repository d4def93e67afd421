import { execFileSync } from 'node:child_process';

/**
 * How many files whose address matches a script loads, by the loader's own count: a plugin loads its SDK only when an
 * archive is opened. Runs `script`, an ES module that prints nothing, in a process of its own in `folder`.
 */
export function filesLoadedBy(folder: string, script: string, addresses: RegExp): number {
  const counting = `
    import { registerHooks } from 'node:module';
    let loaded = 0;
    registerHooks({ load: (url, context, next) => {
      if (${String(addresses)}.test(url)) loaded += 1;
      return next(url, context);
    } });
    ${script}
    console.log(loaded);`;
  const args = ['--conditions=@cxvault/source', '--input-type=module', '--eval', counting];
  return Number(execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' }));
}
