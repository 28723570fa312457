/** Time as something that happens, so that a test can make it happen. Both give a function that calls it off. */
export interface Timer {
  every(milliseconds: number, act: () => void): () => void;
  after(milliseconds: number, act: () => void): () => void;
}

export const realTimer: Timer = {
  every(milliseconds, act) {
    const timer = setInterval(act, milliseconds);
    return () => clearInterval(timer);
  },
  after(milliseconds, act) {
    const timer = setTimeout(act, milliseconds);
    return () => clearTimeout(timer);
  },
};
