// Packs what is published into dist-packages/, ready for `npm publish FILE`: npm run pack:all
import { fileURLToPath } from 'node:url';
import { packAll } from './pack.ts';

const out = fileURLToPath(new URL('../../dist-packages/', import.meta.url));
for (const file of await packAll(out)) console.info(file);
