// JSON calls to the site, with their errors in one form.

const LONGEST_CALL_MS = 30_000;

/** What went wrong with a call: status 0 means that no answer came at all, 401 that the page's person is signed out. */
export class ApiError extends Error {
  constructor(status, body = {}, retryAfter = 0) {
    super(body?.detail ?? `HTTP ${status}`);
    this.status = status;
    this.body = body ?? {};
    this.retryAfter = retryAfter;
  }

  get isSignedOut() {
    return this.status === 401;
  }

  /** Somebody else has signed in at this browser since the page was loaded. */
  get isOtherPerson() {
    return this.body.code === "other_person";
  }

  get isTemporary() {
    return this.status === 0 || this.status === 408 || this.status === 425 || this.status === 429 || this.status >= 500;
  }
}

const metaOf = (name) => document.querySelector(`meta[name=${name}]`);

const csrfToken = () => metaOf("csrf")?.content ?? "";

const bodyOf = (response) => (response.status === 204 ? null : response.json().catch(() => null));

/** Seconds, from the header's number or date. */
const secondsUntil = (header) => {
  if (!header) return 0;
  const seconds = Number(header);
  return Math.max(0, Number.isNaN(seconds) ? (Date.parse(header) - Date.now()) / 1000 || 0 : seconds);
};

const callOnce = async (method, url, { body, headers = {}, keepalive = false } = {}) => {
  const request = { method, keepalive, credentials: "same-origin", headers: { Accept: "application/json", ...headers } };
  if (method !== "GET") request.headers["X-CSRFToken"] = csrfToken();
  if (body !== undefined) {
    request.headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  if (!keepalive) request.signal = AbortSignal.timeout(LONGEST_CALL_MS);
  const response = await fetch(url, request).catch(() => {
    throw new ApiError(0, { detail: "offline" });
  });
  const data = await bodyOf(response);
  if (!response.ok) throw new ApiError(response.status, data, secondsUntil(response.headers.get("Retry-After")));
  // The API sends nobody elsewhere: what answers after a redirect is a page to sign in.
  if (response.redirected) throw new ApiError(401, { code: "signed_out" });
  const tag = response.headers.get("ETag")?.replaceAll(/^W\/|"/g, "");
  return { status: response.status, data, version: data?.version ?? tag ?? null };
};

/** Who is signed in now, as the site sees it: {user, csrf}; `user` is null for nobody. */
export const askSession = async () => (await callOnce("GET", "/api/v1/session/")).data ?? {};

/** Take over the present token of the page's own person. Rejects when nobody or somebody else is signed in. */
export const renewSession = async () => {
  const { user, csrf } = await askSession();
  const owner = metaOf("user")?.content;
  if (!user) throw new ApiError(401, { code: "signed_out" });
  if (owner && String(user) !== owner) throw new ApiError(401, { code: "other_person" });
  metaOf("csrf")?.setAttribute("content", csrf);
};

/** Call the API. Resolves to {status, data, version}; rejects with an ApiError.
 *  A call that is refused because the session or its token changed is made again for the same person only. */
export const callApi = async (method, url, options = {}) => {
  try {
    return await callOnce(method, url, options);
  } catch (error) {
    const mayBeSession = error.status === 401 || error.status === 403;
    if (!mayBeSession || error.body.code === "signed_out") throw error;
    await renewSession();
    return callOnce(method, url, options);
  }
};
