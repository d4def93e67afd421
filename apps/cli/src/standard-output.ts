/**
 * Writes to stdout and waits until it is taken, so that a slow reader slows the work down. False when nobody reads any
 * more (`| head`): that is no failure. Other failures end the process (main.ts).
 */
export function writeOut(text: string): Promise<boolean> {
  return new Promise((resolve) => {
    process.stdout.write(text, (error) => {
      resolve(!error);
    });
  });
}
