// JSON calls to the site, with their errors in one form.

/** What went wrong with a call: status 0 means that no answer came at all. */
export class ApiError extends Error {
  constructor(status, body = {}, retryAfter = 0) {
    super(body?.detail ?? `HTTP ${status}`);
    this.status = status;
    this.body = body ?? {};
    this.retryAfter = retryAfter;
  }

  get isSignedOut() {
    return this.status === 401 || this.status === 403;
  }

  get isTemporary() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

const csrfToken = () => document.querySelector("meta[name=csrf]")?.content ?? "";

const bodyOf = (response) => (response.status === 204 ? null : response.json().catch(() => null));

/** Call the API. Resolves to {status, data, version}; rejects with an ApiError. */
export const callApi = async (method, url, { body, headers = {}, keepalive = false } = {}) => {
  const request = { method, keepalive, credentials: "same-origin", headers: { Accept: "application/json", ...headers } };
  if (method !== "GET") request.headers["X-CSRFToken"] = csrfToken();
  if (body !== undefined) {
    request.headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  const response = await fetch(url, request).catch(() => {
    throw new ApiError(0, { detail: "offline" });
  });
  const data = await bodyOf(response);
  if (!response.ok) throw new ApiError(response.status, data, Number(response.headers.get("Retry-After")) || 0);
  const tag = response.headers.get("ETag")?.replaceAll(/^W\/|"/g, "");
  return { status: response.status, data, version: data?.version ?? tag ?? null };
};
