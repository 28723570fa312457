/** How many of a host's last answers are looked at, and how many of them being the provider's own errors make it ill. */
const ANSWERS_LOOKED_AT = 100;
const ERRORS_OF_THE_ILL = 30;

/** `recent`, oldest first: "x" for the provider's own error, "." for any other answer. */
export function isIll(recent: string): boolean {
  return recent.slice(-ANSWERS_LOOKED_AT).split("x").length - 1 >= ERRORS_OF_THE_ILL;
}
