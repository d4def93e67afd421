import { systemClock } from '../src/clock.ts';
import { openRateBudgets } from '../src/rate-budgets.ts';

// A process of its own that shares a budget of 10 in 400 ms: prints when each of its requests reached the server.
const [file = '', requests = '0'] = process.argv.slice(2);
const budgets = openRateBudgets({ file, clock: systemClock })({
  issuer: 'https://issuer.example',
  tenant: 't1',
  rules: { f: { limit: 10, perMs: 400 } },
});

async function request(): Promise<void> {
  const slot = await budgets.acquire('f');
  await systemClock.sleep(Math.random() * 20);
  process.stdout.write(`${String(performance.timeOrigin + performance.now())}\n`);
  await systemClock.sleep(Math.random() * 20);
  slot.done({ status: 200 });
}

await Promise.all(Array.from({ length: Number(requests) }, request));
budgets.close();
