/** Time as something that happens, so that a test can make it happen. Both give a function that calls it off. */
export interface Timer {
  every(milliseconds: number, apply: () => void): () => void;
  after(milliseconds: number, apply: () => void): () => void;
}

export const realTimer: Timer = {
  every(milliseconds, apply) {
    const timer = setInterval(apply, milliseconds);
    return () => clearInterval(timer);
  },
  after(milliseconds, apply) {
    const timer = setTimeout(apply, milliseconds);
    return () => clearTimeout(timer);
  },
};
