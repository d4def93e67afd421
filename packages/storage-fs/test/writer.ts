// A process of its own that writes one object: node writer.ts ROOT KEY MEBIBYTES BYTE create|replace
import { FileStore } from '../src/file-store.ts';

const [root = '', key = '', mebibytes = '0', byte = '0', mode = 'create'] = process.argv.slice(2);
const store = new FileStore(root);

async function* body(): AsyncGenerator<Uint8Array> {
  for (let n = 0; n < Number(mebibytes); n++) {
    yield Buffer.alloc(1_048_576, Number(byte));
    if (n === 2) process.stdout.write('writing\n');
  }
}

try {
  await store.put(key, body(), { ifAbsent: mode === 'create' });
  process.stdout.write('written\n');
} catch (error) {
  process.stdout.write(`${store.classify(error)}\n`);
}
