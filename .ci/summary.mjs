// Prints `N passed, N failed` from Jest's own results and the names of the failed steps, as the last line.
// usage: summary.mjs RESULTS_FOLDER [FAILED_STEP…]; exits 1 when anything failed or a suite ran no test.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, ...failedSteps] = process.argv.slice(2);
const jestSteps = ['test', 'integration'];
const counts = jestSteps.map((step) => countsOf(step));

const stepsWithoutTests = failedSteps.filter((step) => !jestSteps.includes(step));
for (const { problem } of counts) if (problem) console.log(problem);
for (const step of failedSteps) console.log(`step failed: ${step}`);

const passed = sum(counts.map((count) => count.passed));
const failed = sum(counts.map((count) => count.failed)) + stepsWithoutTests.length;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function countsOf(step) {
  const results = read(join(folder, `${step}.json`));
  if (!results) return { passed: 0, failed: 1, problem: `${step}: no results` };
  const passed = results.numPassedTests;
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  if (passed + failed === 0) return { passed, failed: 1, problem: `${step}: no test ran` };
  // A runner that failed though each test passed has something to say that its counts do not.
  if (failed === 0 && failedSteps.includes(step)) return { passed, failed: 1 };
  return { passed, failed };
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
