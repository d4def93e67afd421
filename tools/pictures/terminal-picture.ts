const sign = { width: 8.4, height: 18 }; // units of the drawing: a monospaced sign of 14 units
const edge = 16;
const titleBar = 28;

/** The colours of the terminal's palette by their SGR number. */
const palette: Readonly<Record<number, string>> = {
  30: '#3b4252',
  31: '#f2827a',
  32: '#7fd49b',
  33: '#e8c06a',
  34: '#7fb2f0',
  35: '#c79bea',
  36: '#74cfd4',
  37: '#e5e9f0',
  90: '#7d8799',
};

interface Pen {
  readonly bold: boolean;
  readonly colour: string | undefined;
}

const plain: Pen = { bold: false, colour: undefined };

/** A screen as `tmux capture-pane -e -p` gives it, drawn as SVG. */
export function terminalPicture(screen: string, title: string): string {
  const lines = screen.trimEnd().split('\n');
  const columns = Math.max(...lines.map((line) => [...line.replaceAll(/\u001B\[[\d;]*m/g, '')].length));
  const width = Math.ceil(columns * sign.width + 2 * edge);
  const height = titleBar + lines.length * sign.height + edge;
  const texts = lines.map((line, index) => textLine(line, titleBar + (index + 1) * sign.height - 4));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">
<title>${escaped(title)}</title>
<rect width="${width}" height="${height}" rx="8" fill="#1b222d"/>
<circle cx="18" cy="14" r="5" fill="#ed6a5e"/><circle cx="35" cy="14" r="5" fill="#f4bf4f"/><circle cx="52" cy="14" r="5" fill="#61c554"/>
<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14" fill="#d8dee9" xml:space="preserve">
${texts.join('\n')}
</g>
</svg>
`;
}

function textLine(line: string, y: number): string {
  const spans: string[] = [];
  let pen = plain;
  for (const part of line.split(/(\u001B\[[\d;]*m)/)) {
    const codes = /^\u001B\[([\d;]*)m$/.exec(part)?.[1];
    if (codes !== undefined) pen = codes.split(';').map(Number).reduce(turned, pen);
    else if (part !== '') spans.push(span(part, pen));
  }
  return `<text x="${edge}" y="${y}" style="white-space:pre">${spans.join('')}</text>`;
}

function turned(pen: Pen, code: number): Pen {
  if (code === 0) return plain;
  if (code === 1) return { ...pen, bold: true };
  if (code === 22) return { ...pen, bold: false };
  if (code === 39) return { ...pen, colour: undefined };
  return palette[code] === undefined ? pen : { ...pen, colour: palette[code] };
}

function span(text: string, { bold, colour }: Pen): string {
  const weight = bold ? ' font-weight="bold"' : '';
  const fill = colour === undefined ? '' : ` fill="${colour}"`;
  return `<tspan${weight}${fill}>${escaped(text)}</tspan>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
