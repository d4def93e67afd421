import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const executablePath = '/usr/bin/chromium';
const size = { width: 1_160, height: 1_180 };

/** What one sees first when a page is opened in a browser. */
export async function photographPage(file: string, picture: string): Promise<void> {
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic'],
  });
  try {
    const page = await browser.newPage({ viewport: size, colorScheme: 'light' });
    await page.goto(pathToFileURL(file).href);
    await page.screenshot({ path: picture });
  } finally {
    await browser.close();
  }
}
