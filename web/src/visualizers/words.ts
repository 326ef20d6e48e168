/** The words of a figure's directive: `::figure{name="strides" shape="2,3"}`. */
export type Words = Record<string, string | undefined>;

/** Throws if the lesson's writer used a word that this figure does not know. */
export function checkWords(figure: string, words: Words, known: readonly string[]): void {
  for (const word of Object.keys(words)) {
    if (!known.includes(word)) {
      throw new Error(`The figure ${figure} knows no '${word}', only ${known.join(', ')}`);
    }
  }
}

/** The words of a list such as `transpose, slice`. Throws if one is not among `known`. */
export function wordList<Word extends string>(
  name: string,
  text: string,
  known: readonly Word[],
): Word[] {
  return text.split(/[\s,]+/).map((word) => {
    const found = known.find((one) => one === word);
    if (found === undefined) throw new Error(`${name} has '${word}': use ${known.join(', ')}`);
    return found;
  });
}
