// What made a prediction, in words: a version, the fast head that learns from every correction, or what an import says.

const BEFORE_GOLD = new Set(["names", "starters"]);

export const isVersion = (prediction) => typeof prediction?.version === "number";

export const isFastHead = (prediction) => prediction?.version === "fast_head";

export function modelName(prediction, t) {
  if (isVersion(prediction)) return `v${prediction.version}`;
  if (!isFastHead(prediction)) return prediction.version;
  const makers = new Set(Object.values(prediction.made_by ?? {}));
  const learned = [...makers].some((maker) => !BEFORE_GOLD.has(maker));
  if (learned || !makers.size) return t("by_fast_head");
  return t(makers.has("starters") ? "by_starters" : "by_label_words");
}

/** The key of a sentence about this prediction: sentences about versions name their number. */
export const wordingFor = (key, prediction) => (isFastHead(prediction) ? `${key}_fast` : key);
