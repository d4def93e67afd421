// A process of its own that writes objects until it is killed (2 GB at most), each of 4 MB of one byte, some over old ones:
// node many-writer.ts ROOT
import { FileStore } from '../src/file-store.ts';

const store = new FileStore(process.argv[2] ?? '');

async function* body(byte: number): AsyncGenerator<Uint8Array> {
  for (let n = 0; n < 40; n++) yield Buffer.alloc(100_000, byte);
}

for (let n = 0; n < 500; n++) {
  await Promise.all([
    store.put(`data/${n}`, body(n % 256), { ifAbsent: true }),
    store.put('locks/run/1.json', body(n % 256)),
  ]);
  process.stdout.write('.');
}
