/** How many of a host's last answers are looked at, and how many of them being the provider's own errors make it ill. */
export const ANSWERS_LOOKED_AT = 100;
export const ERRORS_OF_THE_ILL = 30;

/** `recent` with newer answers put to its end, oldest first: "x" for the provider's own error, "." for any other. */
export function noteAnswers(recent: string, newer: string): string {
  return (recent + newer).slice(-ANSWERS_LOOKED_AT);
}

export function isIll(recent: string): boolean {
  return recent.slice(-ANSWERS_LOOKED_AT).split("x").length - 1 >= ERRORS_OF_THE_ILL;
}
