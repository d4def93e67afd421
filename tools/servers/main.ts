// Builds what the integration tests need, so that they need not: node tools/servers/main.ts
import { availableS3Servers } from './s3-server.ts';

const found = await availableS3Servers();
console.info(`S3 servers: ${found.join(', ') || 'none'}`);
if (found.length === 0) process.exitCode = 1;
