import { createHash } from 'node:crypto';
import { html, Markup, type Piece } from './markup.ts';
import { style } from './style.ts';

/** A page of a report. */
export interface Page {
  readonly title: string;
  /** Whether all is well, how it must be looked at, or that something is wrong. */
  readonly state: 'good' | 'attention' | 'bad';
  /** The state in a word or two. */
  readonly verdict: string;
  readonly headline: string;
  readonly facts: readonly (readonly [string, Piece])[];
  readonly sections: readonly Piece[];
  /** Who made it, and when. */
  readonly maker: string;
}

/** No script, no image, no font, no address: nothing but the one style sheet that the page itself holds. */
const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** To the letter what {@link policy} permits. */
const styleElement = new Markup(`<style>${style}</style>`);

/** The whole document. It needs nothing from anywhere: it can be mailed, kept for years and printed. */
export function pageText(page: Page): string {
  return `<!doctype html>\n${String(documentOf(page))}\n`;
}

function documentOf({ title, state, verdict, headline, facts, sections, maker }: Page): Markup {
  return html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta http-equiv="Content-Security-Policy" content="${policy}" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="referrer" content="no-referrer" />
      <meta name="robots" content="noindex" />
      <title>${title}</title>
      ${styleElement}
    </head>
    <body>
      <header class="${state}">
        <p class="verdict">${verdict}</p>
        <h1>${headline}</h1>
        <dl class="facts">
          ${facts.map(
            ([name, value]) =>
              html`<div>
                <dt>${name}</dt>
                <dd>${value}</dd>
              </div>`,
          )}
        </dl>
      </header>
      <main>${sections}</main>
      <footer>
        <p>
          ${maker} This page is complete in itself: it runs no script and asks for nothing from the network.
        </p>
      </footer>
    </body>
  </html>`;
}
