/** What a route answers, before faults touch it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes that are there, or made while they are sent. */
  readonly body: Buffer | Stream;
}

/** A body made piece by piece. Without a size it is sent in chunks of HTTP's own. */
export interface Stream {
  readonly size: number | undefined;
  readonly pieces: Iterable<Buffer>;
}

/** A JSON answer. */
export function json(status: number, value: object, headers: Readonly<Record<string, string>> = {}): Answer {
  const body = Buffer.from(JSON.stringify(value), 'utf8');
  return { status, headers: { 'content-type': 'application/json', ...headers }, body };
}

/** An error in the API's own shape. */
export function refusal(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return json(status, { errorCode: code, message }, headers);
}

/** A page as proxies put in place of an answer. */
export function html(status: number): Answer {
  const text = `<!DOCTYPE html><html><head><title>${String(status)}</title></head><body><h1>Something went wrong</h1></body></html>`;
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body: Buffer.from(text) };
}
