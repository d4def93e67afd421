const batch = 500; // elements of a list, in one piece

/**
 * The text of a JSON document, indented by two, in pieces: a report may list a million interactions, and its text
 * need not be in memory as a whole.
 */
export function* jsonPieces(document: unknown): Generator<string> {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    yield `${JSON.stringify(document, null, 2)}\n`;
    return;
  }
  let before = '{\n';
  for (const [name, value] of Object.entries(document)) {
    if (value === undefined) continue;
    yield `${before}  ${JSON.stringify(name)}: `;
    if (Array.isArray(value) && value.length > 0) yield* listPieces(value);
    else yield indented(value, '  ');
    before = ',\n';
  }
  yield before === '{\n' ? '{}\n' : '\n}\n';
}

function* listPieces(list: readonly unknown[]): Generator<string> {
  for (let at = 0; at < list.length; at += batch) {
    const elements = list.slice(at, at + batch).map((element) => `    ${indented(element ?? null, '    ')}`);
    yield `${at === 0 ? '[\n' : ',\n'}${elements.join(',\n')}`;
  }
  yield '\n  ]';
}

function indented(value: unknown, by: string): string {
  return JSON.stringify(value, null, 2).replaceAll('\n', `\n${by}`);
}
