// What made a prediction, in words: a version, the fast head that learns from every correction, or what an import says.

export const isVersion = (prediction) => typeof prediction?.version === "number";

export const isFastHead = (prediction) => prediction?.version === "fast_head";

export function modelName(prediction, t) {
  if (isVersion(prediction)) return `v${prediction.version}`;
  if (!isFastHead(prediction)) return prediction.version;
  const makers = Object.values(prediction.made_by ?? {});
  return t(makers.length && makers.every((maker) => maker === "names") ? "by_label_words" : "by_fast_head");
}

/** The key of a sentence about this prediction: sentences about versions name their number. */
export const wordingFor = (key, prediction) => (isFastHead(prediction) ? `${key}_fast` : key);
