// What one row of the outbox can be, and how the next one of a document follows it; pure.
//   waiting: not sent yet, a later save takes its place   leaving: sent, no answer yet; it is sent again as it was
//   local: a change of what was submitted, sent only when the person says so
//   conflict, refused, gone, kept: the person decides; `problem` says why
// A chain is what one card in one tab saved of one document: each of its saves is based on the one before.
import { isSameAnswer } from "./answer-compare.js";
import { newKey } from "./outbox-tabs.js";

const NOT_TO_BE_FOUND = [403, 404, 410];
const DECIDED_BY_PERSON = ["conflict", "refused", "gone", "kept"];

let lastRowId = 0;

const newRowId = () => (lastRowId = Math.max(lastRowId + 1, Date.now() * 1000));

export const isOnItsWay = ({ state }) => state === "waiting" || state === "leaving";

export const isUndecided = ({ state }) => DECIDED_BY_PERSON.includes(state);

const isReplacedBy = (row, state) => (state === "local" ? row.state === "local" : row.state !== "leaving");

/** What to put and remove when a chain, `rows` of it by id, gets one more save. */
export const nextOfChain = (rows, save, { dueAt, longestUntil }) => {
  const state = save.isLocal ? "local" : "waiting";
  const conflict = rows.find((row) => row.state === "conflict");
  const { isLocal, ...fields } = save;
  if (conflict && save.body.status === "draft") {
    return { put: [{ ...conflict, body: { ...save.body, status: conflict.body.status } }] };
  }
  const old = rows.filter((row) => isReplacedBy(row, state));
  const before = old.find((row) => row.state === state);
  const base = rows.at(-1)?.version ?? save.version;
  const due = Math.min(dueAt, before?.longestUntil ?? longestUntil);
  const identity = before ? { id: before.id, key: before.key } : { id: newRowId(), key: newKey() };
  const until = save.body.status === "draft" ? (before?.longestUntil ?? longestUntil) : 0;
  const row = { ...fields, ...identity, version: base, state, dueAt: due, longestUntil: until, savedAt: Date.now(), tries: 0 };
  return { put: [row], remove: old.filter(({ id }) => id !== row.id).map(({ id }) => id) };
};

/** The row to send now, of one tab's rows by id: the first that is due and has no earlier one of its chain before it. */
export const nextDue = (rows, now) => {
  const held = new Set();
  for (const row of rows.filter(isOnItsWay)) {
    const chain = `${row.chain} ${row.documentId}`;
    if (!held.has(chain) && (row.dueAt ?? 0) <= now) return row;
    held.add(chain);
  }
  return null;
};

/** When the next row is due, in milliseconds from now; null when none waits. */
export const pauseUntilDue = (rows, now) => {
  const times = rows.filter(isOnItsWay).map((row) => row.dueAt ?? 0);
  return times.length ? Math.max(0, Math.min(...times) - now) : null;
};

/** A pause before the next try that grows, with chance in it so that many pages don't come back at once. */
export const pauseOfTry = (tries, retryAfterSeconds = 0) => {
  const longest = Math.min(15_000, 1000 * 2 ** tries);
  return Math.max(retryAfterSeconds * 1000, longest / 2 + (Math.random() * longest) / 2);
};

/** What follows when the site did not take a save: {again: changes} to send it so, {keep: changes} to ask the person,
 *  {present} when what the site has says the same already. */
export const afterRefusal = (item, { status, body, message }) => {
  const { present } = body;
  const wasFirst = status === 412 || (status === 409 && present);
  const problem = body.errors?.[0]?.message ?? message;
  if (!wasFirst) return { keep: { state: NOT_TO_BE_FOUND.includes(status) ? "gone" : "refused", problem } };
  if (!present) return { again: { version: 0, key: newKey() } };
  const isSame = isSameAnswer(present.answer, item.body.answer);
  if (isSame && [item.body.status, "draft"].includes(present.status)) return { again: { version: present.version } };
  if (isSame && item.body.status === "draft") return { present };
  return { keep: { state: "conflict", present } };
};

/** A row that a tab which is gone left behind, as the tab that takes it over goes on with it. */
export const takenOver = (row, tab) => {
  const { isLeaving, ...fields } = row;
  const state = row.state ?? (isLeaving ? "leaving" : "waiting");
  const base = { version: row.version ?? 0, tries: row.tries ?? 0, chain: row.chain ?? row.tab ?? "before", dueAt: 0 };
  return { ...fields, ...base, tab, state: state === "local" ? "kept" : state };
};

/** A row that waited for the person, to be sent with these changes of its body. */
export const decidedRow = ({ present, problem, ...row }, changes) => {
  const body = { ...row.body, ...changes };
  return { ...row, body, version: present?.version ?? row.version, key: newKey(), state: "waiting", dueAt: 0, tries: 0 };
};
