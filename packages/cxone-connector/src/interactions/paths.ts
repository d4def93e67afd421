/** The URL of a path of the API, whose base may itself have a path. */
export function apiUrl(apiBase: URL, path: string): URL {
  const url = new URL(apiBase);
  url.pathname = url.pathname.replace(/\/$/, '') + path;
  return url;
}

/** {@link apiUrl} of a template such as `/api/v2/interactions/{id}`. */
export function interactionUrl(apiBase: URL, template: string, interactionId: string): URL {
  return apiUrl(
    apiBase,
    template.replaceAll('{id}', () => encodeURIComponent(interactionId)),
  );
}

/** Ids that cannot stand in a path: URLs resolve the dots away, in any encoding. */
export function isPathId(id: string): boolean {
  return id !== '' && id !== '.' && id !== '..' && id.length <= 1024 && id.isWellFormed();
}
